"""Means and deviations over runs and subjects, of which some have no number."""

import numpy as np
import pytest

from eegbench.interpretability.spread import deviation, mean_there, spread_of_runs, spread_of_subjects

NAN = np.nan


def test_the_mean_and_deviation_are_of_what_is_there():
    values = np.array([[1.0, NAN, NAN], [3.0, 5.0, NAN], [8.0, 7.0, NAN]])
    np.testing.assert_allclose(mean_there(values), [4, 6, NAN])
    np.testing.assert_allclose(deviation(values), [13**0.5, 2**0.5, NAN])
    assert np.isnan(deviation(values[:1])).all()


def test_each_run_counts_as_much_however_many_subjects_it_holds():
    spread = spread_of_subjects([["a", "b", "c"], ["a"]], [np.array([[1.0], [2.0], [6.0]]), np.array([[5.0]])])
    np.testing.assert_allclose(spread.runs, [[3.0], [5.0]])
    np.testing.assert_allclose(spread.mean, [4.0])
    np.testing.assert_allclose(spread.between_runs, [2**0.5])
    np.testing.assert_allclose(spread.standard_error, [1.0])
    np.testing.assert_allclose(spread.between_subjects, np.std([3.0, 2.0, 6.0], ddof=1))  # a: mean over both runs
    assert spread.n_subjects == 3


def test_without_subjects_runs_alone_have_a_spread():
    spread = spread_of_runs([np.array([1.0]), np.array([2.0])])
    assert spread.mean == pytest.approx([1.5])
    assert spread.between_subjects is None
