"""Counts of the folds of a replicate together, by recording."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.comparison.counted import Windows
from eegbench.comparison.tested_run import Tested
from eegbench.score.replicate import Replicate


class PooledFolds:
    """Counts of replicates; what depends on the windows alone is computed once.

    Parameters
    ----------
    subjects
        Subjects of the whole table, sorted.
    """

    def __init__(self, subjects: pd.Index) -> None:
        self._subjects = subjects
        self._known: dict[Windows, Int[np.ndarray, "n_recordings"]] = {}

    def of(self, folds: Sequence[Tested], control: str | None) -> Replicate:
        """Return the counts of a control, or of the compared probe if ``control`` is None; without them, no recordings.

        A recording that several folds test, each in part, is counted once.
        """
        parts = [(run.windows, run.counts[name]) for run in folds if (name := control or run.probe) in run.counts]
        if not parts:
            return Replicate(np.zeros((0, 0, 0), dtype=np.int64), np.zeros(0, dtype=np.int64))
        counts = np.concatenate([one for _, one in parts])
        subject = np.concatenate([self._subject(windows) for windows, _ in parts])
        if len(parts) > 1:
            names = [name for windows, _ in parts for name in windows.recordings]
            of_name, first = np.unique(names, return_index=True)
            place = np.searchsorted(of_name, names)
            together = np.zeros((len(of_name), *counts.shape[1:]), dtype=np.int64)
            np.add.at(together, place, counts)
            counts, subject = together, subject[first]
        tested = counts.any(axis=(1, 2))
        return Replicate(counts[tested], subject[tested])

    def _subject(self, windows: Windows) -> Int[np.ndarray, "n_recordings"]:
        if windows not in self._known:
            index = self._subjects.get_indexer(pd.Index(windows.of_recording))
            self._known[windows] = np.asarray(index, dtype=np.int64)
        return self._known[windows]
