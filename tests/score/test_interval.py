import numpy as np
import pytest

from eegbench.score import interval
from eegbench.score.metric import balanced_accuracy


@pytest.fixture
def counts(rng):
    return rng.integers(0, 20, (8, 5, 5))


def test_the_same_generator_draws_the_same_subjects():
    first = interval.resample(7, np.random.default_rng(3), 50)
    np.testing.assert_array_equal(first, interval.resample(7, np.random.default_rng(3), 50))
    assert first.shape == (50, 7)
    assert (first.sum(axis=1) == 7).all()


def test_pooled_resamples_equal_those_of_a_plain_loop(counts, rng):
    weights = interval.resample(len(counts), rng, 40)
    pooled = interval.pooled(counts, weights)
    for weight, matrix in zip(weights, pooled, strict=True):
        drawn = [counts[subject] for subject in range(len(counts)) for _ in range(weight[subject])]
        np.testing.assert_allclose(matrix, np.sum(drawn, axis=0))


def test_a_subject_drawn_brings_all_its_recordings(rng):
    subject = np.array([0, 0, 0, 1, 2, 2, 3, 3, 4, 5])
    values = rng.random(10)
    values[[1, 3]] = np.nan
    weights = interval.resample(6, rng, 200)
    means = interval.mean_per_recording(values, subject, weights)
    for weight, mean in zip(weights, means, strict=True):
        drawn = [v for s in range(6) for _ in range(weight[s]) for v in values[subject == s] if np.isfinite(v)]
        assert mean == pytest.approx(np.mean(drawn))


def test_a_resample_without_a_defined_recording_is_undefined():
    weights = np.array([[2, 0], [0, 2]])
    means = interval.mean_per_recording(np.array([np.nan, 0.5]), np.array([0, 1]), weights)
    np.testing.assert_array_equal(means, [np.nan, 0.5])


def test_the_interval_contains_the_score_and_is_its_percentiles(counts, rng):
    values = balanced_accuracy(interval.pooled(counts, interval.resample(len(counts), rng)))
    low, high = interval.percentile_interval(values, len(counts))
    assert low < balanced_accuracy(counts.sum(axis=0)) < high
    assert (low, high) == tuple(np.percentile(values, [2.5, 97.5]))


def test_undefined_resamples_are_left_out():
    values = np.array([np.nan, 0.5, 0.5])
    assert interval.percentile_interval(values, 6) == (0.5, 0.5)
    assert np.isnan(interval.percentile_interval(np.array([np.nan, np.nan]), 6)).all()


def test_below_six_subjects_there_is_no_interval():
    assert np.isnan(interval.percentile_interval(np.arange(9.0), 5)).all()
    assert np.isfinite(interval.percentile_interval(np.arange(9.0), 6)).all()
