"""Detection of unreliable recordings, in which most windows are flagged: flat, saturated, or marked as bad."""

import numpy as np
import pandas as pd
from jaxtyping import Bool

from eegbench.preprocessing import Preprocessing
from eegbench.preprocessing.cutting import judgement_of
from eegbench.store import Shard

MAX_SHARE = 0.5
"""Maximum proportion of flagged windows; above it, there is a warning, and statistics are unreliable."""


def unusable(preprocessing: Preprocessing, shard: Shard, windows: pd.DataFrame) -> list[str]:
    """Return a warning if most windows are flagged, with the reasons, the channels and their proportions of windows.

    Parameters
    ----------
    preprocessing
        Preprocessing with the criteria for windows.
    shard
        Shard of the recording.
    windows
        Table of all its windows, which have the same length.
    """
    share = float(windows["rejected"].mean())
    if share <= MAX_SHARE:
        return []
    group, header = next(iter(shard.header.groups.items()))
    sample, window_s = windows[f"sample_{group}"].to_numpy(int), float(windows["window_s"].iloc[0])
    flat, saturated = judgement_of(preprocessing).by_channel(shard, sample, window_s)
    names = list(header.recorded_sfreq)
    marked = float(windows["marked_bad"].mean())
    why = [
        *_shares("flat", names, flat),
        *_shares("saturated", names, saturated),
        *([f"marked as bad {_percent(marked)}"] if marked else []),
    ]
    return [
        f"UNRELIABLE: {_percent(share)} of its windows are flagged ({', '.join(why)}), so its stages are unreliable: "
        "check these electrodes, or leave the recording out"
    ]


def _shares(what: str, names: list[str], found: Bool[np.ndarray, "n_channels n"]) -> list[str]:
    """Return the percentage of windows for each channel."""
    return [f"{what} {name} {_percent(row.mean())}" for name, row in zip(names, found, strict=True) if row.any()]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
