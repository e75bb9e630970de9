"""Temperature scaling: calibration of probabilities by one number.

Guo et al. 2017, On calibration of modern neural networks, arXiv:1706.04599.
"""

import numpy as np
from jaxtyping import Float, Int

RANGE = (0.05, 20.0)
"""Lowest and highest temperature; without a bound, a few windows that are all correct have their optimum at 0."""

LEAST_PROBABILITY = 1e-12


def fit_temperature(probabilities: Float[np.ndarray, "n n_classes"], labels: Int[np.ndarray, "n"]) -> float:
    """Return the temperature (divisor of the scores) with the lowest cross-entropy; 1 without windows.

    Parameters
    ----------
    probabilities
        Probabilities of windows to which the classifier was not fitted.
    labels
        Class of each window.
    """
    if len(labels) == 0:
        return 1.0
    from scipy.optimize import minimize_scalar

    logs = np.log(np.maximum(probabilities, LEAST_PROBABILITY))

    def cross_entropy(log_temperature: float) -> float:
        scaled = logs / np.exp(log_temperature)
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(labels)), labels]))

    found = minimize_scalar(cross_entropy, bounds=np.log(RANGE), method="bounded")
    return float(np.exp(found.x))


def scaled(probabilities: Float[np.ndarray, "n n_classes"], temperature: float) -> Float[np.ndarray, "n n_classes"]:
    """Return probabilities after dividing the scores by a temperature; the order of classes does not change."""
    logs = np.log(np.maximum(probabilities, LEAST_PROBABILITY)) / temperature
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
