"""Metrics of confusion matrices: pure functions of counts, for one matrix or for thousands at once.

Conventions
-----------
A matrix contains counts, with labels as rows and predictions as columns; leading dimensions are a batch. Every metric
is scikit-learn's of the same name, and lies in 0..1 (κ in -1..1). Undefined values are NaN, without a warning: every
metric without windows, κ if all labels and predictions are one class, and the F1 of a class that occurs neither as a
label nor as a prediction.
"""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float, Num

from eegbench.text import near

Counts = Num[np.ndarray, "*batch K K"]
Values = Float[np.ndarray, "*batch"]


def accuracy(counts: Counts) -> Values:
    """Share of windows with a correct prediction."""
    return _share(_hits(counts).sum(axis=-1), counts.sum(axis=(-2, -1)))


def balanced_accuracy(counts: Counts) -> Values:
    """Mean recall over the classes with windows; chance level is one over their number."""
    return _mean_of_defined(recall(counts))


def cohen_kappa(counts: Counts) -> Values:
    """Agreement beyond that of independent raters with the same class shares.

    References
    ----------
    Cohen 1960, Educational and Psychological Measurement 20, 37-46, doi 10.1177/001316446002000104.
    """
    n = counts.sum(axis=(-2, -1))
    expected = _share((counts.sum(axis=-1) * counts.sum(axis=-2)).sum(axis=-1), n)
    return _share(_hits(counts).sum(axis=-1) - expected, n - expected)


def macro_f1(counts: Counts) -> Values:
    """Mean F1 over the classes that are labelled or predicted at least once."""
    return _mean_of_defined(f1(counts))


def weighted_f1(counts: Counts) -> Values:
    """Mean F1 over the classes that have windows, each weighted by its windows."""
    support = counts.sum(axis=-1)
    return _share((np.nan_to_num(f1(counts)) * support).sum(axis=-1), support.sum(axis=-1))


def f1(counts: Counts) -> Float[np.ndarray, "*batch K"]:
    """Harmonic mean of precision and recall, of each class."""
    return _share(2 * _hits(counts), counts.sum(axis=-1) + counts.sum(axis=-2))


def precision(counts: Counts) -> Float[np.ndarray, "*batch K"]:
    """Share of correct predictions among the predictions of a class; NaN for a class that is never predicted."""
    return _share(_hits(counts), counts.sum(axis=-2))


def recall(counts: Counts) -> Float[np.ndarray, "*batch K"]:
    """Share of correct predictions among the windows of a class; NaN for a class without windows."""
    return _share(_hits(counts), counts.sum(axis=-1))


METRICS: Mapping[str, Callable[[Counts], Values]] = {
    "balanced_accuracy": balanced_accuracy,
    "accuracy": accuracy,
    "cohen_kappa": cohen_kappa,
    "macro_f1": macro_f1,
    "weighted_f1": weighted_f1,
}
"""The metrics of all classes together, by name."""

MACRO: Mapping[str, Callable[[Counts], Values]] = {"balanced_accuracy": recall, "macro_f1": f1}
"""Metrics that are means over classes: the name of each, and the metric of one class."""

LOWEST: Mapping[str, float] = {"cohen_kappa": -1.0}
"""Lowest values of metrics if not 0; the highest value of all metrics is 1."""

PER_CLASS = "f1/"


def lowest_value(metric: str) -> float:
    """Return the lowest value that a metric of this name can have."""
    return LOWEST.get(metric, 0.0)


def find_metric(name: str, classes: tuple[str, ...]) -> Callable[[Counts], Values]:
    """Return the metric of this name: one of ``METRICS``, or ``f1/<class>``.

    Raises
    ------
    ValueError
        If there is no such metric; the message suggests the nearest name and lists all.
    """
    known = [*METRICS, *(f"{PER_CLASS}{one}" for one in classes)]
    if name not in known:
        raise ValueError(f"there is no metric {name!r}{near(name, known)}; there are {', '.join(known)}.")
    if name in METRICS:
        return METRICS[name]
    index = classes.index(name.removeprefix(PER_CLASS))
    return lambda counts: np.asarray(f1(counts)[..., index])


def n_averaged(metric: str, counts: Num[np.ndarray, "K K"]) -> int:
    """Return over how many classes a macro metric of a matrix is the mean; 0 for another metric."""
    return int(np.isfinite(MACRO[metric](counts)).sum()) if metric in MACRO else 0


def evaluate(counts: Counts, classes: tuple[str, ...]) -> dict[str, Values]:
    """Return every metric of each matrix: those of ``METRICS``, then ``f1/<class>`` for each class.

    Parameters
    ----------
    counts
        Confusion matrices (..., n_classes, n_classes).
    classes
        Class names, in the order of rows and columns.
    """
    values = {name: metric(counts) for name, metric in METRICS.items()}
    each = f1(counts)
    return values | {f"{PER_CLASS}{name}": np.asarray(each[..., i]) for i, name in enumerate(classes)}


def _hits(counts: Counts) -> Num[np.ndarray, "*batch K"]:
    return np.diagonal(counts, axis1=-2, axis2=-1)


def _mean_of_defined(values: Float[np.ndarray, "*batch K"]) -> Values:
    return _share(np.nansum(values, axis=-1), np.isfinite(values).sum(axis=-1))


def _share(part: np.ndarray | np.number, whole: np.ndarray | np.number) -> Float[np.ndarray, "..."]:
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    shares = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares
