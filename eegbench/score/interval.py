"""How far would a score move with other subjects? A bootstrap that draws whole subjects, all at once.

Windows of a subject resemble each other, so subjects are what is resampled (the cluster bootstrap: Field and
Welsh 2007, J. R. Stat. Soc. B 69, 369-390, doi 10.1111/j.1467-9868.2007.00593.x). A resample is a row of
weights: how often each subject was drawn.
"""

import numpy as np
from jaxtyping import Float, Int, Num

N_RESAMPLES = 2000
MIN_SUBJECTS = 6
"""Below this many subjects there is no interval: the resamples are too few and too alike to mean anything."""

COVERAGE = 0.95

Weights = Int[np.ndarray, "n_resamples n_subjects"]


def resample(n_subjects: int, rng: np.random.Generator, n_resamples: int = N_RESAMPLES) -> Weights:
    """Draw subjects with replacement, as many as there are; return how often each was drawn."""
    return rng.multinomial(n_subjects, np.full(n_subjects, 1 / n_subjects), size=n_resamples)


def pooled(counts: Num[np.ndarray, "n_subjects K K"], weights: Weights) -> Float[np.ndarray, "n_resamples K K"]:
    """Return the confusion matrix of each resample: the sum over the subjects drawn."""
    return np.tensordot(weights.astype(float), counts.astype(float), axes=1)


def mean_per_recording(
    values: Float[np.ndarray, "n_recordings"],
    subject: Int[np.ndarray, "n_recordings"],
    weights: Weights,
    size: Int[np.ndarray, "n_recordings"] | None = None,
) -> Float[np.ndarray, "n_resamples"]:
    """Return the mean over recordings in each resample; a subject drawn brings all its recordings.

    Parameters
    ----------
    values
        A metric of each recording; those that are NaN count nowhere.
    subject
        The subject of each recording, a column of ``weights``.
    weights
        How often each resample drew each subject.
    size
        The weight of each recording, such as its number of windows; None weighs all alike.
    """
    defined = np.isfinite(values)
    n_subjects = weights.shape[1]
    weight = (np.ones(len(values)) if size is None else size.astype(float))[defined]
    sums = np.bincount(subject[defined], values[defined] * weight, minlength=n_subjects)
    drawn = weights @ np.bincount(subject[defined], weight, minlength=n_subjects)
    means = np.full(drawn.shape, np.nan)
    np.divide(weights @ sums, drawn, out=means, where=drawn > 0)
    return means


def percentile_interval(values: Float[np.ndarray, "n_resamples"], n_subjects: int) -> tuple[float, float]:
    """Return the middle 95 % of a metric over resamples.

    Resamples in which the metric is undefined are left out; both ends are NaN where all are, or where there are
    fewer than ``MIN_SUBJECTS`` subjects.
    """
    defined = values[np.isfinite(values)]
    if n_subjects < MIN_SUBJECTS or not len(defined):
        return float("nan"), float("nan")
    low, high = np.quantile(defined, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return float(low), float(high)
