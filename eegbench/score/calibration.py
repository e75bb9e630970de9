"""Calibration of probabilities: negative log-likelihood and expected calibration error, before and after scaling.

Conventions
-----------
The temperature of a classifier has the lowest negative log-likelihood on valid (`eegbench.score.temperature`); without
valid it is 1. Intervals are over subjects by the jackknife (`eegbench.score.interval`), on the scale of the value.

Guo et al. 2017, On calibration of modern neural networks, doi:10.48550/arXiv.1706.04599; Naeini et al. 2015, Obtaining
well calibrated probabilities using Bayesian binning, Proceedings of AAAI 29, doi:10.1609/aaai.v29i1.9602.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from eegbench.score import interval
from eegbench.score.temperature import LEAST_PROBABILITY, fit_temperature, scaled
from eegbench.types import SPLITS

N_BINS = 15
"""Number of bins of equal width for the largest probability, as in Guo et al."""

FILE = "calibration.csv"
"""Name of the table in the folder of a run."""

COLUMNS = ("probe", "split", "scaled", "temperature", "metric", "value", "ci_low", "ci_high", "n_windows", "n_subjects")
"""Its columns."""

Probabilities = Float[np.ndarray, "n n_classes"]
Labels = Int[np.ndarray, "n"]


def negative_log_likelihood(probabilities: Probabilities, labels: Labels) -> float:
    """Return the mean of the negative natural logarithms of the probability of the true class; 1e-12 is the least."""
    return float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], LEAST_PROBABILITY)).mean())


def expected_calibration_error(probabilities: Probabilities, labels: Labels) -> float:
    """Return the mean difference between confidence and accuracy, over bins of the largest probability.

    A bin weighs as much as it has windows.
    """
    return _error(*_bins(probabilities, labels))


def calibration(frame: pd.DataFrame, classes: tuple[str, ...]) -> pd.DataFrame:
    """Return both metrics of each classifier on each split, as predicted and after scaling.

    Parameters
    ----------
    frame
        The table of predictions.
    classes
        Names of the columns with probabilities.
    """
    return pd.DataFrame(_rows(frame, classes), columns=list(COLUMNS))


def _rows(frame: pd.DataFrame, classes: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    for probe, of_probe in frame.groupby("probe", sort=False):
        valid = of_probe[of_probe["split"] == "valid"]
        temperature = fit_temperature(*_values(valid, classes))
        for split in SPLITS:
            part = of_probe[of_probe["split"] == split]
            if not len(part):
                continue
            probabilities, labels = _values(part, classes)
            subject = np.unique(part["subject"], return_inverse=True)[1]
            for is_scaled in (False, True):
                shown = scaled(probabilities, temperature) if is_scaled else probabilities
                used = temperature if is_scaled else 1.0
                for metric, found in _metrics(shown, labels, subject).items():
                    n = int(subject.max()) + 1
                    yield probe, split, is_scaled, used, metric, *found, len(part), n


def _values(part: pd.DataFrame, classes: tuple[str, ...]) -> tuple[Probabilities, Labels]:
    labels = pd.Index(classes).get_indexer(pd.Index(part["label"]))
    return part[list(classes)].to_numpy(dtype=float), np.asarray(labels, dtype=np.int64)


def _metrics(
    probabilities: Probabilities, labels: Labels, subject: Int[np.ndarray, "n"]
) -> dict[str, tuple[float, float, float]]:
    """Return the value of each metric with its interval; values without each subject come from sums by subject."""
    size = np.bincount(subject)
    logs = -np.log(np.maximum(probabilities[np.arange(len(labels)), labels], LEAST_PROBABILITY))
    sums = np.bincount(subject, logs)
    likelihood = [sums.sum() / size.sum(), *(sums.sum() - sums) / np.maximum(size.sum() - size, 1)]
    bins = [_bins(probabilities[subject == one], labels[subject == one]) for one in range(len(size))]
    confidence, right, n = (np.array(values) for values in zip(*bins, strict=True))
    error = [_error(confidence.sum(0), right.sum(0), n.sum(0))]
    error += [
        _error(confidence.sum(0) - confidence[one], right.sum(0) - right[one], n.sum(0) - n[one])
        for one in range(len(size))
    ]
    return {"nll": _with_interval(np.array(likelihood), size), "ece": _with_interval(np.array(error), size)}


def _with_interval(values: Float[np.ndarray, "_"], size: Int[np.ndarray, "_"]) -> tuple[float, float, float]:
    """Return the first value with an interval from the others, each without one subject; not below 0."""
    value = np.array(values[0])
    low, high = interval.student_interval(value, [interval.subjects(values[1:], size)], lowest=None)
    return float(value), float(np.maximum(low, 0)), float(high)


def _bins(
    probabilities: Probabilities, labels: Labels
) -> tuple[Float[np.ndarray, "_"], Float[np.ndarray, "_"], Float[np.ndarray, "_"]]:
    """Return the sum of confidence, the number of correct windows, and the number of windows of each bin."""
    largest, predicted = probabilities.max(axis=1), probabilities.argmax(axis=1)
    place = np.clip(np.ceil(largest * N_BINS).astype(int) - 1, 0, N_BINS - 1)
    weights = (largest, (predicted == labels).astype(float), np.ones(len(labels)))
    confidence, right, n = (np.bincount(place, weight, minlength=N_BINS) for weight in weights)
    return confidence, right, n


def _error(confidence: np.ndarray, right: np.ndarray, n: np.ndarray) -> float:
    return float(np.abs(confidence - right).sum() / max(n.sum(), 1))
