"""Scores of predictions: overall with intervals, by recording, and by subject.

Conventions
-----------
There are two means over recordings: with equal weights (``mean_per_recording``), and weighted by the number of windows
(``mean_weighted_by_windows``), as in Guillot et al. (2020, doi:10.1109/TNSRE.2020.3011181).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.score import interval
from eegbench.score.count import confusion_by, held_classes
from eegbench.score.metric import evaluate, lowest_value, n_averaged
from eegbench.types import SPLITS, Score

AGGREGATIONS = ("pooled", "mean_per_recording", "mean_weighted_by_windows")

_Row = tuple[str, str, str, str, float, int]


def score(frame: pd.DataFrame, *, classes: tuple[str, ...], mark: str = "") -> list[Score]:
    """Score every probe on every split by every metric, pooled and as means over recordings.

    Parameters
    ----------
    frame
        The table of predictions.
    classes
        Class names; a class that occurs neither as a label nor as a prediction has no score.
    mark
        Appended to the name of the split, such as ``(within subject)`` or ``(transductive)``.

    Raises
    ------
    ValueError
        If the frame contains a class that is not among ``classes``, or an unknown split.
    """
    scores: list[Score] = []
    classes = held_classes(frame, classes) or classes
    for split, part in _splits(frame):
        name = f"{split} {mark}".strip()
        for probe, rows in part.groupby("probe", sort=False):
            cell = _Cell(str(probe), name, rows, classes)
            scores += [*cell.pooled(), *cell.means("mean_per_recording"), *cell.means("mean_weighted_by_windows")]
    return scores


def score_metrics(scores: Sequence[Score]) -> dict[str, float]:
    """Return scores by their names in a tracker: split/probe/metric, with the aggregation for means.

    Means weighted by windows are left out; they are in ``scores.csv``.
    """
    suffix = {"pooled": "", "mean_per_recording": "/mean_per_recording"}
    shown = [one for one in scores if one.aggregation in suffix]
    return {f"{one.split}/{one.probe}/{one.metric}{suffix[one.aggregation]}": one.value for one in shown}


def per_recording(frame: pd.DataFrame, classes: tuple[str, ...]) -> pd.DataFrame:
    """Return ``probe, split, recording, metric, value, n_windows`` for every recording and metric."""
    return _per_unit(frame, "recording", classes)


def per_subject(frame: pd.DataFrame, classes: tuple[str, ...]) -> pd.DataFrame:
    """Return ``probe, split, subject, metric, value, n_windows`` for every subject and metric."""
    return _per_unit(frame, "subject", classes)


class _Cell:
    """Predictions of one probe on one split, counted by recording and by subject."""

    def __init__(self, probe: str, split: str, rows: pd.DataFrame, classes: tuple[str, ...]) -> None:
        recordings, self.by_recording = confusion_by(rows, "recording", classes)
        subject = rows.drop_duplicates("recording").set_index("recording")["subject"].loc[recordings]
        self.probe, self.split, self.classes = probe, split, classes
        self.subject: Int[np.ndarray, "n_recordings"]
        self.subject, subjects = pd.factorize(subject, sort=True)
        self.by_subject = np.zeros((len(subjects), *self.by_recording.shape[1:]), dtype=np.int64)
        np.add.at(self.by_subject, self.subject, self.by_recording)

    def pooled(self) -> Iterator[Score]:
        """Score all windows as one."""
        total, size = self.by_subject.sum(axis=0), self.by_subject.sum(axis=(1, 2))
        left_out = evaluate(total - self.by_subject, self.classes)
        for metric, value in evaluate(total, self.classes).items():
            units = interval.subjects(left_out[metric], size)
            one = self._score(metric, "pooled", float(value), units, int(total.sum()))
            yield replace(one, n_classes=n_averaged(metric, total))

    def means(self, aggregation: str) -> Iterator[Score]:
        """Score each recording and take the mean of those where the metric is defined."""
        n_windows = self.by_recording.sum(axis=(1, 2))
        size = n_windows if aggregation == "mean_weighted_by_windows" else np.ones_like(n_windows)
        for metric, values in evaluate(self.by_recording, self.classes).items():
            defined = np.isfinite(values)
            counted, subject = np.unique(self.subject[defined], return_inverse=True)
            of_each, n = size[defined], len(counted)
            value, left_out = (
                interval.mean_per_recording(values[defined], subject, weights, of_each)
                for weights in (interval.everyone(n), interval.without_each(n))
            )
            units = interval.subjects(left_out, np.bincount(subject, of_each, minlength=n))
            yield self._score(metric, aggregation, float(value[0]), units, int(defined.sum()))

    def _score(self, metric: str, aggregation: str, value: float, subjects: interval.Units, n: int) -> Score:
        low, high = interval.student_interval(np.array(value), [subjects], lowest_value(metric))
        return Score(self.probe, metric, self.split, aggregation, value, float(low), float(high), n)


def _per_unit(frame: pd.DataFrame, unit: str, classes: tuple[str, ...]) -> pd.DataFrame:
    rows: list[_Row] = []
    for split, part in _splits(frame):
        for probe, said in part.groupby("probe", sort=False):
            rows += _unit_rows(str(probe), split, *confusion_by(said, unit, classes), classes)
    return pd.DataFrame(rows, columns=["probe", "split", unit, "metric", "value", "n_windows"])


def _unit_rows(
    probe: str, split: str, units: pd.Index, counts: Int[np.ndarray, "n_units K K"], classes: tuple[str, ...]
) -> Iterator[_Row]:
    """Yield every metric of every unit as plain values, from which one table is made much faster than from tables."""
    n_windows = counts.sum(axis=(1, 2)).tolist()
    for metric, values in evaluate(counts, classes).items():
        for unit, value, n in zip(units, values.tolist(), n_windows, strict=True):
            yield probe, split, unit, metric, value, n


def _splits(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the parts of a table of predictions in the order train, valid, test."""
    unknown = sorted(set(frame["split"].unique()) - set(SPLITS))
    if unknown:
        raise ValueError(
            f"The table of predictions has the split {unknown[0]!r}, expected {', '.join(SPLITS)}; leave windows "
            "without a split out before probing."
        )
    for split in SPLITS:
        part = frame[frame["split"] == split]
        if len(part):
            yield split, part
