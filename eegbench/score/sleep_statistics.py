"""Sleep statistics of a hypnogram, by the definitions of the AASM manual.

References
----------
Berry et al. 2020, The AASM Manual for the Scoring of Sleep and Associated Events, version 2.6, chapter II.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Int

from eegbench.score.consensus import STAGES

STATISTICS: Mapping[str, str] = {
    "recording_time": "min",
    "total_sleep_time": "min",
    "sleep_onset_latency": "min",
    "wake_after_sleep_onset": "min",
    "rem_latency": "min",
    "sleep_efficiency": "%",
    **dict.fromkeys(STAGES, "min"),
    **{f"{stage}_share": "%" for stage in STAGES[1:]},
    "unscored": "min",
}
"""Statistics of a night with their units; shares refer to total sleep time."""

WAKE, REM = STAGES.index("W"), STAGES.index("R")


def sleep_statistics(
    stages: Int[np.ndarray, "n_epochs"], *, epoch_s: float = 30.0, lights_off: int = 0, lights_on: int | None = None
) -> dict[str, float]:
    """Return the statistics of one night.

    Sleep onset is the first epoch of any stage but wake. Sleep onset latency starts at lights off, or at the first
    epoch with a stage if that is later; REM latency starts at sleep onset. Wake after sleep onset ends at lights on.
    Sleep efficiency is total sleep time divided by the time of all epochs with a stage from lights off to lights on.
    Epochs without a stage are neither wake nor sleep, and are counted separately.

    Parameters
    ----------
    stages
        0 W, 1 N1, 2 N2, 3 N3, 4 R, -1 unscored.
    epoch_s
        Length of an epoch in seconds.
    lights_off, lights_on
        The first epoch in bed with lights off, and the first one after it; the whole recording without them.

    Returns
    -------
    dict
        A value for each of ``STATISTICS``. NaN for latencies of absent stages, shares without sleep, and the efficiency
        of a night without stages.

    Raises
    ------
    ValueError
        If lights on is not after lights off, or if one of them is outside the recording.
    """
    end = len(stages) if lights_on is None else lights_on
    if not 0 <= lights_off < end <= len(stages):
        raise ValueError(
            f"lights off at epoch {lights_off} and on at epoch {end} do not fit a night of {len(stages)} epochs."
        )
    night = stages[lights_off:end]
    minutes = epoch_s / 60
    n = {stage: float((night == i).sum()) for i, stage in enumerate(STAGES)}
    asleep = np.flatnonzero(night > WAKE)
    onset = float(asleep[0]) if len(asleep) else np.nan
    rem = np.flatnonzero(night == REM)
    staged = np.flatnonzero(night >= WAKE)
    waking = float((night[asleep[0] :] == WAKE).sum()) if len(asleep) else np.nan
    share = 100 / len(asleep) if len(asleep) else np.nan
    return {
        "recording_time": len(night) * minutes,
        "total_sleep_time": len(asleep) * minutes,
        "sleep_onset_latency": (onset - staged[0]) * minutes if len(asleep) else np.nan,
        "wake_after_sleep_onset": waking * minutes,
        "rem_latency": (rem[0] - onset) * minutes if len(rem) else np.nan,
        "sleep_efficiency": 100 * len(asleep) / len(staged) if len(staged) else np.nan,
        **{stage: n[stage] * minutes for stage in STAGES},
        **{f"{stage}_share": n[stage] * share for stage in STAGES[1:]},
        "unscored": float((night < 0).sum()) * minutes,
    }
