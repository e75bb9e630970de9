"""Rank correlations over runs, and how often their intervals contain the true value."""

from math import atanh, isnan, sqrt, tanh

import numpy as np
import pytest
from scipy import stats

from eegbench.score.correlation import MIN_RUNS, spearman


def test_the_correlation_is_that_of_ranks_with_the_interval_of_bonett_and_wright():
    a, b = np.array([0.50, 0.52, 0.61, 0.58, 0.70, 0.66]), np.array([0.40, 0.45, 0.43, 0.51, 0.55, 0.50])
    found = spearman(a, b)
    assert found.n == 6
    assert found.value == pytest.approx(1 - 6 * (0 + 1 + 4 + 4 + 0 + 1) / (6 * 35))
    half = 1.959964 * sqrt((1 + found.value**2 / 2) / 3)
    assert (found.low, found.high) == pytest.approx((tanh(atanh(found.value) - half), tanh(atanh(found.value) + half)))
    assert spearman(np.exp(a), b) == found  # any increasing function of a score has the same ranks


def test_too_few_runs_equal_scores_and_perfect_orders_have_no_interval():
    few = spearman(np.arange(MIN_RUNS - 1.0), np.arange(MIN_RUNS - 1.0))
    equal = spearman(np.arange(6.0), np.full(6, 0.5))
    perfect = spearman(np.arange(6.0), -np.arange(6.0))
    assert isnan(few.value)
    assert isnan(equal.value)
    assert perfect.value == pytest.approx(-1)
    assert all(isnan(one.low) and isnan(one.high) for one in (few, equal, perfect))


@pytest.mark.slow
@pytest.mark.parametrize("n", [MIN_RUNS, 12])
@pytest.mark.parametrize("r", [0.0, 0.7])
def test_at_least_95_of_100_intervals_contain_the_correlation(n, r):
    rng = np.random.default_rng(0)
    true = 6 / np.pi * np.arcsin(r / 2)  # of ranks of normal values with the correlation r
    samples = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], size=(1000, n))
    found = [spearman(one[:, 0], one[:, 1]) for one in samples]
    defined = [one for one in found if not isnan(one.low)]
    n_within = sum(one.low <= true <= one.high for one in defined)
    assert n_within > stats.binom.ppf(0.001, len(defined), 0.95)
