"""Units of prediction: windows, the pieces of time for which overlapping windows vote, or whole trials."""

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int

from eegbench.dataset import Dataset
from eegbench.inference.voting import Votes
from eegbench.prediction.staged import FLAGS
from eegbench.preprocessing import Preprocessing
from eegbench.preprocessing.cutting import cut_all, judgement_of
from eegbench.store import Shard
from eegbench.types import Recording

TIME_TOLERANCE_S = 0.001
"""Tolerance for rounding of window starts to samples."""


def windows_of(preprocessing: Preprocessing, dataset: Dataset, recording: Recording, shard: Shard) -> pd.DataFrame:
    """Return the table of a recording's windows (see `eegbench.preprocessing.judgement.Judgement.table`).

    Raises
    ------
    BadRecordingError
        If its labels cannot be used, or there is no window.
    """
    cuts, _ = cut_all([recording], [shard], dataset, preprocessing)
    return judgement_of(preprocessing).table([shard], [cuts[recording.id]])


def epoch_votes(
    preprocessing: Preprocessing,
    dataset: Dataset,
    recording: Recording,
    shard: Shard,
    windows: pd.DataFrame,
    said: Votes,
) -> tuple[pd.DataFrame, Votes]:
    """Return the epochs of a recording, and the votes of all windows that contain each epoch.

    Windows that do not overlap are epochs themselves. If windows have the class of their centre, each votes only for
    the epoch that contains its centre. A rejected window votes only if no other window does. Time without votes has no
    epoch.

    Parameters
    ----------
    preprocessing
        Preprocessing that cuts the windows.
    dataset, recording, shard
        The recording, and its preprocessed signal.
    windows
        Windows in order of time.
    said
        Votes of the network for each window.
    """
    steps = preprocessing.answered
    if steps == preprocessing:
        return windows, said
    epochs = windows_of(steps, dataset, recording, shard)
    first, stop = (_centred_in if preprocessing.labels_centre else _holding)(windows, epochs)
    usable = ~windows["rejected"].to_numpy(bool)
    held = stop > first
    voted = _summed(said, usable, first, stop)
    alone = held & (voted.n == 0)
    every = _summed(said, np.ones_like(usable), first[alone], stop[alone])
    found = voted.replaced(alone, every)
    return epochs[held], Votes(found.logs[held], found.probabilities[held], found.counts[held], found.n[held])


def _holding(
    windows: pd.DataFrame, epochs: pd.DataFrame
) -> tuple[Int[np.ndarray, "n_epochs"], Int[np.ndarray, "n_epochs"]]:
    """Return the first window that contains each epoch, and the first one after them."""
    start, begin = windows["start_s"].to_numpy(float), epochs["start_s"].to_numpy(float)
    first = np.searchsorted(start + windows["window_s"].to_numpy(float), begin + epochs["window_s"] - TIME_TOLERANCE_S)
    return first, np.searchsorted(start, begin + TIME_TOLERANCE_S, side="right")


def _centred_in(
    windows: pd.DataFrame, epochs: pd.DataFrame
) -> tuple[Int[np.ndarray, "n_epochs"], Int[np.ndarray, "n_epochs"]]:
    """Return the first window with its centre in each epoch, and the first one after them."""
    centre, begin = (windows["start_s"] + windows["window_s"] / 2).to_numpy(float), epochs["start_s"].to_numpy(float)
    return np.searchsorted(centre, begin - TIME_TOLERANCE_S), np.searchsorted(
        centre, begin + epochs["window_s"] - TIME_TOLERANCE_S
    )


def whole_trials(windows: pd.DataFrame, first: pd.DataFrame) -> pd.DataFrame:
    """Return trials as epochs, from the start of their first crop to the end of their last.

    Parameters
    ----------
    windows
        All crops.
    first
        One crop of each trial, in the order of the epochs.
    """
    crops = windows.assign(end_s=windows["start_s"] + windows["window_s"]).groupby("trial")
    whole = crops.agg({"start_s": "min", "end_s": "max", **dict.fromkeys(FLAGS, "any")}).loc[first["trial"]]
    whole["window_s"] = (whole.pop("end_s") - whole["start_s"]).round(6)
    return first.reset_index(drop=True).assign(**whole.reset_index(drop=True))


def _summed(
    said: Votes, counted: Bool[np.ndarray, "n_windows"], first: Int[np.ndarray, "n"], stop: Int[np.ndarray, "n"]
) -> Votes:
    """Add the votes of the windows from first to stop (exclusive), for windows that count."""

    def added(values: np.ndarray) -> np.ndarray:
        total = np.cumsum(np.where(counted.reshape(-1, *[1] * (values.ndim - 1)), values, 0), axis=0)
        before = np.concatenate([np.zeros_like(total[:1]), total])
        return np.asarray(before[np.maximum(stop, first)] - before[first])

    return Votes(*map(added, (said.logs, said.probabilities, said.counts, said.n)))
