"""Student-t intervals of scores over subjects and seeds, by the jackknife.

Conventions
-----------
Windows of a subject resemble each other, so subjects are the units, not windows. The standard error comes from the
values without each subject in turn (the delete-one jackknife: Efron and Stein 1981, Annals of Statistics 9, 586-596,
doi 10.1214/aos/1176345462); for a mean over subjects it is the usual standard error of a mean. The interval is that of
Student's t. Its degrees of freedom are the number of subjects less one. If subjects contribute unequally, by their
windows in a pooled score, the effective number of subjects (Kish 1965, Survey Sampling) replaces their number. The
interval is computed on the logit of a score, so that it stays within the score's range; it is longer on the side away
from the nearer end. Differences have no such range and are not transformed. ``docs/statistics.md`` reports how often
the interval contains the true value.

If seeds vary too, subjects and seeds are crossed: half the length of the interval is the square root of the sum of
squares of the half lengths over subjects and over seeds, each with its own degrees of freedom (square-and-add: Zou and
Donner 2008, Statistics in Medicine 27, 1693-1702, doi 10.1002/sim.3095). Variation of single subjects between seeds
counts in both, so the interval is conservative.

Weights are the number of times that a subject counts: rows are samples of subjects, columns are subjects.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # its submodules are imported when they are used
from jaxtyping import Float, Int, Num

MIN_SUBJECTS = 2
"""Minimum number of subjects for an interval, because one subject has no variance."""

LEAST_FREEDOM = 0.1
"""Lowest degrees of freedom, if one subject contributes nearly all; the interval is then the whole range."""

COVERAGE = 0.95
KIND = f"{100 * COVERAGE:.0f} % Student-t interval"
"""Name of the interval in notes and captions."""

CITED = ("efron1981",)
"""Keys of its sources in ``eegbench/document/library.bib``."""

Weights = Int[np.ndarray, "n_samples n_subjects"]
Values = Float[np.ndarray, "*batch"]


def everyone(n_subjects: int) -> Weights:
    """Return the weights of one sample that has every subject once."""
    return np.ones((1, n_subjects), dtype=np.int64)


def without_each(n_subjects: int) -> Weights:
    """Return the weights of the samples that lack one subject each, in their order."""
    return 1 - np.eye(n_subjects, dtype=np.int64)


def pooled(counts: Num[np.ndarray, "n_subjects K K"], weights: Weights) -> Float[np.ndarray, "n_samples K K"]:
    """Return the confusion matrix of each sample: the sum over its subjects."""
    return np.tensordot(weights.astype(float), counts.astype(float), axes=1)


def pooled_each(
    counts: Num[np.ndarray, "n_replicates n_subjects K K"], weights: Weights
) -> Float[np.ndarray, "n_replicates n_samples K K"]:
    """Return the confusion matrix of each sample, for each replicate."""
    flat = counts.reshape(*counts.shape[:2], -1).astype(float)
    return np.asarray((weights.astype(float) @ flat).reshape(len(counts), len(weights), *counts.shape[2:]))


def mean_per_recording(
    values: Float[np.ndarray, "n_recordings"],
    subject: Int[np.ndarray, "n_recordings"],
    weights: Weights,
    size: Int[np.ndarray, "n_recordings"] | None = None,
) -> Float[np.ndarray, "n_samples"]:
    """Return the mean over recordings in each sample; a subject brings all its recordings.

    Parameters
    ----------
    values
        Metric of each recording; NaN is left out.
    subject
        The subject of each recording, a column of ``weights``.
    weights
        Number of times that each subject counts in each sample.
    size
        Weight of each recording, such as its number of windows; None for equal weights.
    """
    defined = np.isfinite(values)
    n_subjects = weights.shape[1]
    weight = (np.ones(len(values)) if size is None else size.astype(float))[defined]
    sums = np.bincount(subject[defined], values[defined] * weight, minlength=n_subjects)
    drawn = weights @ np.bincount(subject[defined], weight, minlength=n_subjects)
    means = np.full(drawn.shape, np.nan)
    np.divide(weights @ sums, drawn, out=means, where=drawn > 0)
    return means


@dataclass(frozen=True)
class Units:
    """Subjects or seeds as units that vary.

    Attributes
    ----------
    left_out
        The values without one of the units at a time (*batch, n_units).
    freedom
        Degrees of freedom of their variance.
    """

    left_out: Float[np.ndarray, "*batch _"]
    freedom: Float[np.ndarray, "*_"]

    @property
    def n(self) -> int:
        """Number of units."""
        return self.left_out.shape[-1]


def subjects(left_out: Float[np.ndarray, "*batch n"], size: Num[np.ndarray, "*_ n"]) -> Units:
    """Return subjects as units; with unequal sizes, degrees of freedom follow from the effective number of subjects.

    Parameters
    ----------
    left_out
        The values without each subject.
    size
        Size of each subject: number of windows in a pooled score, of recordings in a mean over recordings.
    """
    largest = size.max(axis=-1, initial=1)[..., None]
    share = size / largest
    effective = share.sum(axis=-1) ** 2 / np.maximum((share**2).sum(axis=-1), np.finfo(float).tiny)
    return Units(left_out, np.asarray(np.maximum(effective - 1, LEAST_FREEDOM)))


def seeds(left_out: Float[np.ndarray, "*batch n"]) -> Units:
    """Return seeds as units with equal weights."""
    return Units(left_out, np.array(left_out.shape[-1] - 1.0))


def student_interval(value: Values, units: Sequence[Units], lowest: float | None) -> tuple[Values, Values]:
    """Return both ends of the 95 % interval of a value, or of many values at once.

    Parameters
    ----------
    value
        Value of the score or difference.
    units
        Subjects and, optionally, seeds. A single seed has no variance and is skipped.
    lowest
        Lowest value of the score, whose highest is 1; None for a difference, which has no range.

    Returns
    -------
    low, high
        NaN if the value or a value without a unit is undefined, if there is one subject, or if the value is at an end
        of the range, where the variance cannot be estimated.
    """
    if units[0].n < MIN_SUBJECTS:
        return np.full_like(value, np.nan), np.full_like(value, np.nan)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        half = np.asarray(np.sqrt(sum(_half_length(value, one, lowest) ** 2 for one in units if one.n > 1)))
        if lowest is None:
            return np.asarray(value - half), np.asarray(value + half)
        middle = _logit(value, lowest)
        undefined = ~np.isfinite(middle)
        ends = (_expit(np.asarray(end), lowest) for end in (middle - half, middle + half))
        low, high = (np.where(undefined, np.nan, end) for end in ends)
    return low, high


def _half_length(value: Values, units: Units, lowest: float | None) -> Values:
    """Return half the length of the interval over some units, on the scale of the interval.

    If the value without a unit is at an end of the range, its logit is infinite, and a linear approximation is used.
    """
    deviation = units.left_out - value[..., None]
    if lowest is not None:
        linear = deviation * ((1 - lowest) / ((value - lowest) * (1 - value)))[..., None]
        logit = _logit(units.left_out, lowest) - _logit(value, lowest)[..., None]
        deviation = np.where(np.isinf(logit), linear, logit)
    variance = (units.n - 1) / units.n * (deviation**2).sum(axis=-1)
    return np.asarray(scipy.stats.t.ppf((1 + COVERAGE) / 2, units.freedom) * np.sqrt(variance))


def _logit(value: Values, lowest: float) -> Values:
    return np.asarray(np.log(value - lowest) - np.log(1 - value))


def _expit(value: Values, lowest: float) -> Values:
    return np.asarray(lowest + (1 - lowest) / (1 + np.exp(-value)))
