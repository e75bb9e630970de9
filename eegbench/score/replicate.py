"""Predictions of one replicate, counted by recording, and its scores on samples of subjects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from eegbench.score import interval
from eegbench.score.count import confusion_by
from eegbench.score.metric import Counts, Values

Metric = Callable[[Counts], Values]

AT_ONCE = 64
"""Number of replicates that are scored together."""


@dataclass(frozen=True)
class Replicate:
    """Predictions of one replicate, counted by recording.

    Attributes
    ----------
    counts
        Confusion matrix of each recording, with labels as rows.
    subject
        Subject of each recording, as an index into the subjects of the table.
    """

    counts: Int[np.ndarray, "n_recordings K K"]
    subject: Int[np.ndarray, "n_recordings"]


def count_replicate(frame: pd.DataFrame, subjects: pd.Index, classes: tuple[str, ...]) -> Replicate:
    """Count the predictions of one probe on one split.

    Parameters
    ----------
    frame
        Rows of the table of predictions, of all folds.
    subjects
        The subjects of the whole table, sorted.
    classes
        Class names.
    """
    recordings, counts = confusion_by(frame, "recording", classes)
    subject = frame.drop_duplicates("recording").set_index("recording")["subject"].loc[recordings]
    return Replicate(counts, np.asarray(subjects.get_indexer(pd.Index(subject)), dtype=np.int64))


def score_replicate(
    one: Replicate, weights: interval.Weights, *, metric: Metric, aggregation: str
) -> Float[np.ndarray, "n_samples"]:
    """Score a replicate on each sample of subjects; NaN where it tests none of them."""
    if aggregation == "pooled":
        return np.asarray(metric(interval.pooled(by_subject(one, weights.shape[1]), weights)))
    size = one.counts.sum(axis=(1, 2)) if aggregation == "mean_weighted_by_windows" else None
    return interval.mean_per_recording(metric(one.counts), one.subject, weights, size)


def by_subject(one: Replicate, n_subjects: int) -> Int[np.ndarray, "n_subjects K K"]:
    """Return the counts of each subject of the table."""
    found = np.zeros((n_subjects, *one.counts.shape[1:]), dtype=np.int64)
    np.add.at(found, one.subject, one.counts)
    return found


def scored_together(
    replicates: Sequence[Replicate], n_subjects: int, metric: Metric
) -> Callable[[interval.Weights], Float[np.ndarray, "n_replicates n_samples"]]:
    """Return a function that scores many replicates on samples of subjects by their pooled counts, some at a time."""
    parts = [
        np.stack([by_subject(one, n_subjects) for one in replicates[first : first + AT_ONCE]])
        for first in range(0, len(replicates), AT_ONCE)
    ]

    def score(weights: interval.Weights) -> Float[np.ndarray, "n_replicates n_samples"]:
        return np.concatenate([metric(interval.pooled_each(part, weights)) for part in parts])

    return score
