"""Spearman's rank correlation of two scores over runs, with its interval."""

from dataclasses import dataclass
from math import atanh, isfinite, nan, sqrt, tanh

import numpy as np
import scipy  # its submodules are imported when they are used
from jaxtyping import Float

from eegbench.score.interval import COVERAGE

MIN_RUNS = 5
"""Minimum number of runs for a correlation: the interval of four runs includes nearly all values."""


@dataclass(frozen=True)
class Correlation:
    """Rank correlation with the ends of its interval; NaN where undefined.

    Attributes
    ----------
    value
        Correlation (-1..1); undefined if one of the scores is the same for all runs.
    low, high
        Ends of the interval; undefined for a correlation of -1 or 1.
    n
        Number of runs.
    """

    value: float
    low: float
    high: float
    n: int


def spearman(a: Float[np.ndarray, "n"], b: Float[np.ndarray, "n"]) -> Correlation:
    """Return Spearman's rank correlation, with the interval of Bonett and Wright.

    The interval is that of Fisher's transform with a standard error of √((1 + ρ² / 2) / (n - 3)).

    Parameters
    ----------
    a, b
        Two scores of each run.

    References
    ----------
    Bonett and Wright 2000, Psychometrika 65, 23-28, doi:10.1007/BF02294183.
    """
    n = len(a)
    if n < MIN_RUNS or np.ptp(a) == 0 or np.ptp(b) == 0:
        return Correlation(nan, nan, nan, n)
    value = float(scipy.stats.spearmanr(a, b).statistic)
    if not isfinite(value) or abs(value) > 1 - 1e-12:
        return Correlation(value, nan, nan, n)
    half = float(scipy.stats.norm.ppf((1 + COVERAGE) / 2)) * sqrt((1 + value**2 / 2) / (n - 3))
    return Correlation(value, tanh(atanh(value) - half), tanh(atanh(value) + half), n)
