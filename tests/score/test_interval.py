"""Intervals have the values of scipy's where it has them, contain the truth as often as they say, or are not there."""

import numpy as np
import pytest
from scipy import special, stats

from eegbench.score import interval
from eegbench.score.metric import macro_f1


def without_each(values):
    return (values.sum(axis=-1, keepdims=True) - values) / (values.shape[-1] - 1)


def subjects(values, size=None):
    return interval.subjects(without_each(values), np.ones(values.shape[-1]) if size is None else np.array(size))


@pytest.fixture
def counts(rng):
    return rng.integers(0, 20, (8, 5, 5))


def test_pooled_counts_without_each_subject_equal_those_of_a_plain_loop(counts):
    pooled = interval.pooled(counts, interval.without_each(len(counts)))
    for i, matrix in enumerate(pooled):
        np.testing.assert_allclose(matrix, np.delete(counts, i, axis=0).sum(axis=0))


def test_a_subject_who_is_left_out_takes_all_its_recordings_along(rng):
    subject = np.array([0, 0, 0, 1, 2, 2, 3, 3, 4, 5])
    values = rng.random(10)
    values[[1, 3]] = np.nan
    means = interval.mean_per_recording(values, subject, interval.without_each(6))
    for i, mean in enumerate(means):
        assert mean == pytest.approx(np.nanmean(values[subject != i]))


def test_a_sample_without_a_defined_recording_is_undefined():
    means = interval.mean_per_recording(np.array([np.nan, 0.5]), np.array([0, 1]), interval.without_each(2))
    np.testing.assert_array_equal(means, [0.5, np.nan])


@pytest.mark.parametrize("n", [2, 3, 6, 20])
def test_the_interval_of_a_mean_difference_is_that_of_the_paired_t_test(rng, n):
    a, b = rng.random((2, n))
    low, high = interval.student_interval(np.array((a - b).mean()), [subjects(a - b)], lowest=None)
    expected = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (low, high) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("lowest", [0.0, -1.0])
def test_the_interval_of_a_score_is_a_t_interval_of_its_logit(rng, lowest):
    values = rng.uniform(0.3, 0.9, 5)
    low, high = interval.student_interval(np.array(values.mean()), [subjects(values)], lowest)
    without = [special.logit((np.delete(values, i).mean() - lowest) / (1 - lowest)) for i in range(5)]
    middle = special.logit((values.mean() - lowest) / (1 - lowest))
    error = np.sqrt(4 / 5 * np.square(np.array(without) - middle).sum())
    ends = special.expit(middle + error * stats.t.ppf([0.025, 0.975], 4))
    assert (low, high) == pytest.approx(tuple(lowest + (1 - lowest) * ends))


def test_unequal_subjects_have_fewer_degrees_of_freedom():
    assert interval.subjects(np.zeros(6), np.full(6, 40)).freedom == pytest.approx(5)
    assert interval.subjects(np.zeros(3), np.array([100, 50, 50])).freedom == pytest.approx(200**2 / 15000 - 1)
    assert interval.subjects(np.zeros(3), np.array([1000, 1, 1])).freedom == interval.LEAST_FREEDOM


def test_seeds_and_subjects_are_added_by_their_squares(rng):
    x = rng.random((6, 3))
    value, units = np.array(x.mean()), [subjects(x.mean(axis=1)), interval.seeds(without_each(x.mean(axis=0)))]
    (_, both), (_, first), (_, second) = (
        interval.student_interval(value, some, lowest=None)
        for some in (units, units[:1], [interval.seeds(without_each(x.mean(axis=0)))])
    )
    assert both - value == pytest.approx(np.hypot(first - value, second - value))
    t = stats.t.ppf(0.975, 2)
    assert second - value == pytest.approx(t * x.mean(axis=0).std(ddof=1) / np.sqrt(3))


def test_one_subject_has_no_interval_and_one_seed_adds_nothing():
    one = interval.subjects(np.array([np.nan]), np.ones(1))
    assert np.isnan(interval.student_interval(np.array(0.5), [one], 0.0)).all()
    assert np.isnan(interval.student_interval(np.array(0.5), [one, interval.seeds(np.array([0.4, 0.6]))], 0.0)).all()
    two = subjects(np.array([0.4, 0.6]))
    alone = interval.student_interval(np.array(0.5), [two], 0.0)
    assert interval.student_interval(np.array(0.5), [two, interval.seeds(np.array([np.nan]))], 0.0) == alone


def test_subjects_who_are_all_alike_have_no_width_inside_the_range_and_no_interval_at_its_ends():
    alike = subjects(np.full(6, 0.5))
    assert interval.student_interval(np.array(0.5), [alike], 0.0) == pytest.approx((0.5, 0.5))
    for end in (0.0, 1.0):
        assert np.isnan(interval.student_interval(np.array(end), [subjects(np.full(6, end))], 0.0)).all()


def test_one_imperfect_subject_among_perfect_ones_has_a_finite_interval():
    values = np.array([1, 1, 1, 1, 1, 0.9])
    low, high = interval.student_interval(np.array(values.mean()), [subjects(values)], 0.0)
    assert 0.7 < low < 0.9
    assert 0.99 < high < 1


def test_a_value_that_is_undefined_without_a_subject_has_no_interval():
    units = interval.subjects(np.array([0.4, np.nan, 0.5]), np.ones(3))
    assert np.isnan(interval.student_interval(np.array(0.45), [units], 0.0)).all()


@pytest.mark.parametrize("n", [3, 4, 6, 12])
@pytest.mark.parametrize(("a", "b"), [(7, 3), (19, 1), (9.5, 0.5)])
def test_a_mean_over_subjects_is_covered_in_at_least_93_percent(rng, n, a, b):
    x = rng.beta(a, b, (5000, n))
    low, high = interval.student_interval(x.mean(axis=1), [subjects(x)], 0.0)
    assert 0.925 < ((low <= a / (a + b)) & (a / (a + b) <= high)).mean() < 0.975  # 0.005: chance of 5,000


def test_a_pooled_score_of_six_subjects_with_unequal_windows_is_covered_in_at_least_93_percent(rng):
    def counted(shape):
        n = np.round(100 * np.exp(0.5 * rng.standard_normal((*shape, 2))) * [0.8, 0.2]).astype(int)
        found = rng.binomial(n, special.expit([1.4, 0.4] + 0.6 * rng.standard_normal((*shape, 2))))
        rows = np.stack([found[..., 0], n[..., 0] - found[..., 0], n[..., 1] - found[..., 1], found[..., 1]], axis=-1)
        return rows.reshape(*shape, 2, 2)

    truth = macro_f1(counted((100_000,)).sum(axis=0))
    each = counted((5000, 6))
    total = each.sum(axis=1)
    units = interval.subjects(macro_f1(total[:, None] - each), each.sum(axis=(-2, -1)))
    low, high = interval.student_interval(macro_f1(total), [units], 0.0)
    assert 0.93 < ((low <= truth) & (truth <= high)).mean() < 0.98


@pytest.mark.parametrize("sd", [(0.08, 0.0), (0.05, 0.05), (0.0, 0.08)])
def test_an_interval_over_subjects_and_seeds_contains_what_other_seeds_give(rng, sd):
    x = 0.6 + sd[0] * rng.standard_normal((5000, 6, 1)) + sd[1] * rng.standard_normal((5000, 1, 5))
    x = x + 0.03 * rng.standard_normal(x.shape)
    units = [subjects(x.mean(axis=2)), interval.seeds(without_each(x.mean(axis=1)))]
    low, high = interval.student_interval(x.mean(axis=(1, 2)), units, lowest=None)
    assert ((low <= 0.6) & (high >= 0.6)).mean() > 0.94
