"""Tests and effect sizes of paired differences over subjects.

Conventions
-----------
A difference is A − B of one subject, of a metric where higher is better; undefined differences are NaN. Differences
are rounded to twelve digits before they are ranked, so that rounding errors do not change ranks.
"""

from functools import lru_cache

import numpy as np
import scipy  # its submodules are imported when they are used
from jaxtyping import Float

DIGITS = 12

MIN_SUBJECTS = 6
"""Below this many subjects there is no test: of five, the smallest p-value of a signed-rank test is 0.062."""

ALPHA = 0.05
"""Level of significance."""

POWER = 0.8
"""Probability with which the smallest detectable difference is significant."""

N_SIMULATED, N_HALVINGS = 4000, 12
"""Number of simulated samples, and of bisections, by which it is found."""

Differences = Float[np.ndarray, "n_subjects"]


def wilcoxon_p(differences: Differences) -> float:
    """Return the two-sided p-value of the signed-rank test; NaN below ``MIN_SUBJECTS`` subjects.

    Zeros are ranked with the others, and their ranks are split evenly between both signs (scipy's ``zsplit``), as
    Demšar recommends: equal scores of a subject count as evidence of no difference. The test is exact up to 13
    subjects, and up to 50 without ties.

    References
    ----------
    Wilcoxon 1945, Biometrics Bulletin 1, 80-83, doi 10.2307/3001968; Demšar 2006, JMLR 7, 1-30.
    """
    rounded = _defined(differences)
    if len(rounded) < MIN_SUBJECTS:
        return float("nan")
    if not rounded.any():
        return 1.0
    return float(scipy.stats.wilcoxon(rounded, zero_method="zsplit").pvalue)


def holm(p: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    """Correct p-values for multiple comparisons with Holm's step-down method; NaN stays NaN and is not counted.

    References
    ----------
    Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
    """
    order = np.argsort(p)[: np.isfinite(p).sum()]  # NaN sorts last
    steps = np.arange(len(order), 0, -1)
    corrected = np.full(p.shape, np.nan)
    corrected[order] = np.minimum(np.maximum.accumulate(steps * p[order]), 1)
    return corrected


def smallest_p(n_subjects: int, n_tests: int) -> float:
    """Return the smallest Holm-corrected p-value that this many subjects can give among this many tests."""
    return min(1.0, n_tests * 2.0 ** (1 - n_subjects))


def detectable_difference(differences: Differences, alpha: float) -> float:
    """Return the smallest true difference that the signed-rank test finds significant with a probability of 80 %.

    Differences of subjects are taken to be normal with the standard deviation of those at hand, which is itself an
    estimate. The power of the test is simulated, as a formula for the t-test would be too optimistic for few subjects.

    Parameters
    ----------
    differences
        Difference of each subject.
    alpha
        Level of significance: with n tests, 0.05 / n, the level of the first step of Holm's correction.

    Returns
    -------
    float
        NaN if no difference of these subjects can be significant, or if the differences do not vary.
    """
    rounded = _defined(differences)
    if len(rounded) < MIN_SUBJECTS or np.ptp(rounded) == 0:
        return float("nan")
    return _detectable_dz(len(rounded), alpha) * float(rounded.std(ddof=1))


@lru_cache
def _detectable_dz(n_subjects: int, alpha: float) -> float:
    """Return the difference in standard deviations at which the power is 80 %."""
    drawn = np.random.default_rng(n_subjects).standard_normal((N_SIMULATED, n_subjects))

    def power(shift: float) -> float:
        return float((scipy.stats.wilcoxon(drawn + shift, axis=1, zero_method="zsplit").pvalue <= alpha).mean())

    low, high = 0.0, 8.0
    if power(high) < POWER:
        return float("nan")
    for _ in range(N_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if power(middle) >= POWER else (middle, high)
    return high


def rank_biserial(differences: Differences) -> float:
    """Return the matched-pairs rank-biserial correlation: the share of ranks for A less that for B, from -1 to 1.

    Zeros are ranked and split as in the test. NaN without differences.

    References
    ----------
    Kerby 2014, Comprehensive Psychology 3, 1, doi 10.2466/11.IT.3.1.
    """
    rounded = _defined(differences)
    if not len(rounded):
        return float("nan")
    ranks = scipy.stats.rankdata(np.abs(rounded))
    return float((np.sign(rounded) * ranks).sum() / ranks.sum())


def cohen_dz(differences: Differences) -> float:
    """Return the mean difference in standard deviations of the differences; NaN if they do not vary.

    References
    ----------
    Lakens 2013, Frontiers in Psychology 4, 863, doi 10.3389/fpsyg.2013.00863.
    """
    rounded = _defined(differences)
    if len(rounded) < 2 or np.ptp(rounded) == 0:
        return float("nan")
    return float(rounded.mean() / rounded.std(ddof=1))


def _defined(differences: Differences) -> Float[np.ndarray, "n_defined"]:
    return np.round(differences[np.isfinite(differences)], DIGITS)
