"""Scores of several groups of runs on the same subjects, and differences between groups.

Conventions
-----------
A group has several *replicates*: the same experiment with another seed or another draw of subjects, each with all
of its folds. A group's value is the mean over its replicates. Its interval is over subjects and replicates together
(`eegbench.score.interval`). A difference is paired: a subject is left out of both groups at once. Replicates of two
groups are treated as independent. A replicate that does not test a subject does not contribute to its values.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from eegbench.score import interval
from eegbench.score.metric import find_metric, lowest_value
from eegbench.score.paired import ALPHA, MIN_SUBJECTS, cohen_dz, detectable_difference, holm, rank_biserial, wilcoxon_p
from eegbench.score.replicate import Metric, Replicate, score_replicate, scored_together


@dataclass(frozen=True)
class Entry:
    """A row of the table: a group, or a control.

    Attributes
    ----------
    name
        Name of the group or control.
    value, ci_low, ci_high
        Mean over replicates and its 95 % interval over subjects and replicates; NaN if undefined.
    sd
        Standard deviation over replicates; NaN for a single replicate.
    without_subject
        Value without each subject; equal to the value for subjects that are not tested.
    without_replicate
        Value without each replicate.
    size
        Number of windows or recordings of each subject; 0 for subjects that are not tested.
    by_subject
        Value of each subject; NaN if no replicate tests the subject or if the metric is undefined.
    n_replicates, n_subjects, n_windows
        Numbers of replicates and subjects, and mean number of windows per replicate.
    """

    name: str
    value: float
    ci_low: float
    ci_high: float
    sd: float
    without_subject: Float[np.ndarray, "n_subjects"]
    without_replicate: Float[np.ndarray, "n_replicates"]
    size: Float[np.ndarray, "n_subjects"]
    by_subject: Float[np.ndarray, "n_subjects"]
    n_replicates: int
    n_subjects: int
    n_windows: float


@dataclass(frozen=True)
class Difference:
    """Difference between A and B on the same subjects.

    Attributes
    ----------
    a, b
        Names of both entries.
    value, ci_low, ci_high
        Difference of their values, and its paired 95 % interval over subjects and replicates; NaN for one subject.
    p, p_holm
        p-values of the signed-rank test over subjects, uncorrected and corrected for all differences of the table; NaN
        with fewer than six subjects.
    rank_biserial, d_z
        Effect sizes over subjects.
    detectable
        Smallest true difference that the test would have found significant with a probability of 80 %, at 0.05 divided
        by the number of differences of the table.
    n, n_undefined
        Number of compared subjects, and of those left out because the metric is undefined for them.
    """

    a: str
    b: str
    value: float
    ci_low: float
    ci_high: float
    p: float
    p_holm: float
    rank_biserial: float
    d_z: float
    detectable: float
    n: int
    n_undefined: int


def score_entry(
    name: str,
    replicates: Sequence[Replicate],
    n_subjects: int,
    *,
    metric: str,
    classes: tuple[str, ...],
    aggregation: str,
) -> Entry:
    """Score a group of replicates: on all subjects, without each of them, and on each alone.

    Parameters
    ----------
    name
        Name of the group.
    replicates
        At least one.
    n_subjects
        Number of subjects of the whole table.
    metric
        Name of the metric.
    classes
        Class names.
    aggregation
        One of `eegbench.score.AGGREGATIONS`.

    Raises
    ------
    ValueError
        If there is no such metric.
    """
    measure = find_metric(metric, classes)

    def each(samples: interval.Weights) -> Float[np.ndarray, "n_replicates n_samples"]:
        return np.stack([score_replicate(one, samples, metric=measure, aggregation=aggregation) for one in replicates])

    score = scored_together(replicates, n_subjects, measure) if aggregation == "pooled" else each
    values = score(interval.everyone(n_subjects))
    value = _mean_of_defined(values)
    without_subject = _mean_of_defined(score(interval.without_each(n_subjects)))
    others = ~np.eye(len(values), dtype=bool)
    without_replicate = _mean_of_defined(np.where(others, values, np.nan))
    sizes = [_sizes(one, n_subjects, metric=measure, aggregation=aggregation) for one in replicates]
    size = np.mean(sizes, axis=0)
    units = [_subjects(without_subject, size), interval.seeds(without_replicate)]
    low, high = interval.student_interval(np.asarray(value[0]), units, lowest_value(metric))
    return Entry(
        name=name,
        value=float(value[0]),
        ci_low=float(low),
        ci_high=float(high),
        sd=float(values.std(ddof=1)) if len(values) > 1 else float("nan"),
        without_subject=without_subject,
        without_replicate=without_replicate,
        size=size,
        by_subject=_mean_of_defined(score(np.eye(n_subjects, dtype=np.int64))),
        n_replicates=len(replicates),
        n_subjects=len(np.unique(np.concatenate([one.subject for one in replicates]))),
        n_windows=float(np.mean([one.counts.sum() for one in replicates])),
    )


def _sizes(one: Replicate, n_subjects: int, *, metric: Metric, aggregation: str) -> Float[np.ndarray, "n_subjects"]:
    """Return the size of each subject: its number of windows, or of recordings with a defined metric."""
    n_windows = one.counts.sum(axis=(1, 2)).astype(float)
    defined = np.ones_like(n_windows) if aggregation == "pooled" else np.isfinite(metric(one.counts)).astype(float)
    each = defined if aggregation == "mean_per_recording" else n_windows * defined
    return np.bincount(one.subject, each, minlength=n_subjects).astype(float)


def _subjects(without_subject: Float[np.ndarray, "n"], size: Float[np.ndarray, "n"]) -> interval.Units:
    """Return the subjects with a size above 0 as units."""
    return interval.subjects(without_subject[size > 0], size[size > 0])


def differences(pairs: Sequence[tuple[Entry, Entry]]) -> list[Difference]:
    """Compare A with B in each pair, p-values corrected for all of them together."""
    found = [_difference(a, b) for a, b in pairs]
    corrected = holm(np.array([one.p for one in found], dtype=float))
    alpha = ALPHA / max(1, int(np.isfinite(corrected).sum()))
    return [
        replace(one, p_holm=float(p), detectable=detectable_difference(a.by_subject - b.by_subject, alpha))
        for one, p, (a, b) in zip(found, corrected, pairs, strict=True)
    ]


def _difference(a: Entry, b: Entry) -> Difference:
    by_subject = a.by_subject - b.by_subject
    n = int(np.isfinite(by_subject).sum())
    units = [
        _subjects(a.without_subject - b.without_subject, (a.size + b.size) / 2),
        interval.seeds(a.without_replicate - b.value),
        interval.seeds(a.value - b.without_replicate),
    ]
    low, high = interval.student_interval(np.array(a.value - b.value), units, lowest=None)
    return Difference(
        a=a.name,
        b=b.name,
        value=a.value - b.value,
        ci_low=float(low),
        ci_high=float(high),
        p=wilcoxon_p(by_subject),
        p_holm=float("nan"),
        rank_biserial=rank_biserial(by_subject) if n >= MIN_SUBJECTS else float("nan"),
        d_z=cohen_dz(by_subject) if n >= MIN_SUBJECTS else float("nan"),
        detectable=float("nan"),
        n=n,
        n_undefined=max(a.n_subjects, b.n_subjects) - n,
    )


def _mean_of_defined(values: Float[np.ndarray, "n_replicates n"]) -> Float[np.ndarray, "n"]:
    defined = np.isfinite(values)
    means = np.full(values.shape[1], np.nan)
    np.divide(np.where(defined, values, 0).sum(axis=0), defined.sum(axis=0), out=means, where=defined.any(axis=0))
    return means
