"""From predictions to scores: overall with intervals, by recording and by subject.

Conventions
-----------
The mean over recordings comes twice: each recording alike (``mean_per_recording``), and each with its number of windows
as its weight (``mean_weighted_by_windows``), as Guillot et al. evaluate (2020, doi:10.1109/TNSRE.2020.3011181).
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from eegbench.score import interval
from eegbench.score.count import confusion_by
from eegbench.score.metric import evaluate
from eegbench.types import SPLITS, Score

AGGREGATIONS = ("pooled", "mean_per_recording", "mean_weighted_by_windows")

_Row = tuple[str, str, str, str, float, int]


def score(frame: pd.DataFrame, *, classes: tuple[str, ...], rng: np.random.Generator, mark: str = "") -> list[Score]:
    """Score every probe on every split by every metric, pooled and as means over recordings.

    Parameters
    ----------
    frame
        The table of predictions.
    classes
        Class names.
    rng
        Draws the bootstrap's subjects: once for each split, so that probes are compared on the same resamples
        and one probe more or less changes no other's interval.
    mark
        Appended to the name of the split, such as ``(within subject)`` or ``(transductive)``.

    Raises
    ------
    ValueError
        Where the frame names a class that is not among ``classes``, or a split that there is not.
    """
    scores: list[Score] = []
    for split, part in _splits(frame):
        subjects = pd.Index(part["subject"].unique()).sort_values()
        weights = interval.resample(len(subjects), rng)
        name = f"{split} {mark}".strip()
        for probe, rows in part.groupby("probe", sort=False):
            cell = _Cell(str(probe), name, rows, subjects, classes)
            scores += [*cell.pooled(weights), *cell.means(weights, "mean_per_recording")]
            scores += cell.means(weights, "mean_weighted_by_windows")
    return scores


def score_metrics(scores: Sequence[Score]) -> dict[str, float]:
    """Return scores by the names that a tracker shows: split/probe/metric, and the aggregation where it is a mean.

    Means that are weighted by windows are left out: ``scores.csv`` has them.
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
    """What one probe predicted on one split, counted by recording and by subject."""

    def __init__(
        self, probe: str, split: str, rows: pd.DataFrame, subjects: pd.Index, classes: tuple[str, ...]
    ) -> None:
        recordings, self.by_recording = confusion_by(rows, "recording", classes)
        subject = rows.drop_duplicates("recording").set_index("recording")["subject"].loc[recordings]
        self.probe, self.split, self.classes = probe, split, classes
        self.subject: Int[np.ndarray, "n_recordings"] = subjects.get_indexer(pd.Index(subject))
        self.by_subject = np.zeros((len(subjects), *self.by_recording.shape[1:]), dtype=np.int64)
        np.add.at(self.by_subject, self.subject, self.by_recording)

    def pooled(self, weights: interval.Weights) -> Iterator[Score]:
        """Score all windows as one."""
        counts = self.by_recording.sum(axis=0)
        resampled = evaluate(interval.pooled(self.by_subject, weights), self.classes)
        for metric, value in evaluate(counts, self.classes).items():
            yield self._score(metric, "pooled", float(value), resampled[metric], int(counts.sum()))

    def means(self, weights: interval.Weights, aggregation: str) -> Iterator[Score]:
        """Score each recording and take the mean of those where the metric is defined."""
        size = self.by_recording.sum(axis=(1, 2)) if aggregation == "mean_weighted_by_windows" else None
        each_once = np.ones((1, weights.shape[1]), dtype=np.int64)
        for metric, values in evaluate(self.by_recording, self.classes).items():
            value = float(interval.mean_per_recording(values, self.subject, each_once, size)[0])
            resampled = interval.mean_per_recording(values, self.subject, weights, size)
            yield self._score(metric, aggregation, value, resampled, int(np.isfinite(values).sum()))

    def _score(
        self, metric: str, aggregation: str, value: float, resampled: Float[np.ndarray, "n_resamples"], n: int
    ) -> Score:
        n_subjects = int(self.by_subject.any(axis=(1, 2)).sum())
        low, high = interval.percentile_interval(resampled, n_subjects)
        return Score(self.probe, metric, self.split, aggregation, value, low, high, n)


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
