"""Predictions of runs on one split, counted by probe and recording when they are read.

A sweep has thousands of runs with the same windows, so what follows from the windows alone is computed once for all
runs, and of each run only the counts are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.atomic import Factor, read_factors
from eegbench.score.predictions import COLUMNS

WINDOW = ["recording", "start_s"]


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows that a run tests; runs that test the same windows have the same object.

    Attributes
    ----------
    labels
        Label of each window, indexed by recording and start in seconds.
    recordings, of_recording
        Names of the recordings, sorted, and the subject of each.
    """

    labels: pd.Series
    recordings: tuple[str, ...]
    of_recording: tuple[str, ...]

    @cached_property
    def subjects(self) -> frozenset[str]:
        """Names of the subjects."""
        return frozenset(self.of_recording)


Counts = Mapping[str, Int[np.ndarray, "n_recordings K K"]]
"""Confusion matrices of each recording, with labels as rows, by the name of the probe."""


@dataclass(frozen=True)
class _Layout:
    """Rows that are counted, and the place of each in the matrices; tables that differ in predictions share it."""

    windows: Windows
    probes: tuple[str, ...]
    rows: Int[np.ndarray, "n"]
    place: Int[np.ndarray, "n"]


class SplitCounter:
    """Counter of the predictions of runs.

    Parameters
    ----------
    split
        Name of the split.
    """

    def __init__(self, split: str) -> None:
        self.split = split
        self._layouts: dict[tuple[object, ...], _Layout] = {}

    def count(self, path: Path, shift_s: float) -> tuple[Windows, Counts, tuple[str, ...]]:
        """Read a table of predictions; return the windows of the split, the counts, and the names of the classes.

        Parameters
        ----------
        path
            The table; errors are those of `eegbench.atomic.read_parquet`.
        shift_s
            Seconds that are added to the start of each window.

        Raises
        ------
        ValueError
            If a label or prediction is not a class.
        """
        columns, classes = read_factors(path, COLUMNS)
        predicted = columns.pop("predicted")
        key = (classes, shift_s, *((one.values, one.index.tobytes()) for one in columns.values()))
        if key not in self._layouts:
            self._layouts[key] = self._layout(columns, classes, shift_s, path)
        layout = self._layouts[key]
        said = _codes(predicted, classes, layout.rows, path)
        shape = (len(layout.probes), len(layout.windows.recordings), len(classes), len(classes))
        counts = np.bincount(layout.place + said, minlength=int(np.prod(shape))).reshape(shape)
        return layout.windows, dict(zip(layout.probes, counts, strict=True)), classes

    def _layout(self, columns: Mapping[str, Factor], classes: tuple[str, ...], shift_s: float, path: Path) -> _Layout:
        split = columns["split"]
        tested = [value == self.split for value in split.values]
        rows = np.flatnonzero(np.array([*tested, False])[split.index])
        names = {name: _texts(columns[name], rows) for name in ("recording", "subject", "probe")}
        label = _codes(columns["label"], classes, rows, path)
        starts = np.array(columns["start_s"].values, dtype=float)[columns["start_s"].index[rows]] + shift_s
        recording, recordings = pd.factorize(names["recording"], sort=True)
        probe, probes = pd.factorize(names["probe"])
        table = pd.DataFrame({"recording": names["recording"], "start_s": starts, "label": np.array(classes)[label]})
        subjects = pd.Series(names["subject"]).groupby(recording).first()
        windows = Windows(
            labels=table.drop_duplicates(WINDOW).set_index(WINDOW)["label"],
            recordings=tuple(map(str, recordings)),
            of_recording=tuple(map(str, subjects)),
        )
        place = ((probe * len(recordings) + recording) * len(classes) + label) * len(classes)
        return _Layout(windows, tuple(map(str, probes)), rows, place)


def _texts(column: Factor, rows: Int[np.ndarray, "n"]) -> np.ndarray:
    return np.array([*map(str, column.values)], dtype=object)[column.index[rows]]


def _codes(column: Factor, classes: tuple[str, ...], rows: Int[np.ndarray, "n"], path: Path) -> Int[np.ndarray, "n"]:
    """Return the classes of rows as indices."""
    codes = np.array([classes.index(name) if name in classes else -1 for name in column.values], dtype=np.int64)
    found: Int[np.ndarray, "n"] = codes[column.index[rows]]
    if len(found) and found.min() < 0:
        unknown = column.values[column.index[rows][found.argmin()]]
        raise ValueError(
            f"{path}: has the class {unknown!r}, but columns for {', '.join(classes)} only; copy it again."
        )
    return found
