"""Sleep statistics of a night between lights off and lights on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from eegbench.prediction.lights import Lights
from eegbench.prediction.staged import Staged
from eegbench.prediction.tables import TIME_TOLERANCE_S, epoch_length, stage_list
from eegbench.prediction.unusable import MAX_SHARE
from eegbench.score.sleep_statistics import STATISTICS, sleep_statistics

Trust = Literal["ok", "unreliable", "missing", ""]
"""Reliability of a night's statistics: unreliable if most epochs are flagged, missing if lights do not fit, empty if
there are none."""


@dataclass(frozen=True)
class Night:
    """A night between lights off and on.

    Attributes
    ----------
    trust
        Reliability of the statistics.
    statistics
        Statistics (see `eegbench.score.sleep_statistics`); NaN if they are missing.
    off_s, on_s
        Lights that were used, in seconds from the first sample of the file and rounded to epochs; None if not given.
    warnings
        Reason why statistics are missing.
    """

    trust: Trust = ""
    statistics: Mapping[str, float] = field(default_factory=dict)
    off_s: float | None = None
    on_s: float | None = None
    warnings: tuple[str, ...] = ()


def night_of(staged: Staged, lights: Lights) -> Night:
    """Return the statistics of a night by the AASM manual, from lights off to lights on.

    If the lights do not fit the recording, or it consists of trials, there are no statistics. If lights were given, a
    warning states this.
    """
    if staged.is_trials:
        unused = "lights are not used: trials have no sleep statistics"
        return Night(warnings=() if lights == Lights() else (unused,))
    epoch_s = epoch_length(staged)
    offset_s = float(staged.epochs["start_s"].iloc[0]) % epoch_s
    first = max(0, math.ceil((staged.begin_s - offset_s - TIME_TOLERANCE_S) / epoch_s))
    start_s = offset_s + first * epoch_s
    try:
        off, on = (
            None if at is None else round((at - start_s) / epoch_s)
            for at in lights.seconds(staged.start, staged.first_s)
        )
        found = sleep_statistics(stage_list(staged)[first:], epoch_s=epoch_s, lights_off=off or 0, lights_on=on)
    except ValueError:
        return Night("missing", dict.fromkeys(STATISTICS, math.nan), warnings=(_unfit(staged, lights),))
    off_s, on_s = (None if epoch is None else start_s + epoch * epoch_s for epoch in (off, on))
    return Night("unreliable" if staged.flagged.mean() > MAX_SHARE else "ok", found, off_s, on_s)


def clock_time(staged: Staged, at_s: float | None) -> str:
    """Return the time of day of a time in seconds from the first sample; empty if the start is unknown."""
    if staged.start is None or at_s is None:
        return ""
    return f"{staged.start + timedelta(seconds=staged.first_s + at_s):%H:%M:%S}"


def _unfit(staged: Staged, lights: Lights) -> str:
    """Return the warning about lights that do not fit a recording."""
    given = ", ".join(f"{name} at {at}" for name, at in (("off", lights.off), ("on", lights.on)) if at is not None)
    starts = "does not say when it starts" if staged.start is None else f"starts at {staged.start:%H:%M:%S}"
    return (
        f"no sleep statistics: lights {given}, but the recording {starts} and lasts {staged.length_s / 60:g} min: give "
        "times within it, or whole minutes from its first sample"
    )
