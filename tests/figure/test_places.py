import numpy as np
import pandas as pd
import pytest

from eegbench.figure.places import places, tick_labels


def test_numbers_lie_at_their_value():
    found = places(pd.Series([1.5, 3.5, np.nan]), log=False)
    np.testing.assert_array_equal(found.at, [1.5, 3.5, np.nan])
    assert found.limits == (1.5, 3.5)
    assert found.labels == ["1.5", "2.0", "2.5", "3.0", "3.5"]


def test_few_whole_numbers_are_marked_each_and_none_between():
    assert places(pd.Series([4.0, 16.0, 8.0, 4.0]), log=False).labels == ["4", "8", "16"]


def test_numbers_on_a_logarithmic_axis_lie_at_their_logarithm():
    found = places(pd.Series([1e-4, 1e-2, 1e-3]), log=True)
    np.testing.assert_allclose(found.at, [-4, -2, -3])
    np.testing.assert_allclose(found.ticks, [-4, -3, -2])
    assert found.labels == ["$10^{-4}$", "$10^{-3}$", "$10^{-2}$"]


@pytest.mark.parametrize(
    ("values", "labels"),
    [([0.01, 0.1], ["0.01", "0.03", "0.10"]), ([0.1, 0.6], ["0.1", "0.2", "0.5"]), ([8.1, 8.4], ["8.1", "8.4"])],
)
def test_a_short_logarithmic_axis_has_marks_between_the_powers_of_ten(values, labels):
    assert places(pd.Series(values), log=True).labels == labels


def test_zero_has_no_logarithm_and_the_axis_stays_plain():
    np.testing.assert_array_equal(places(pd.Series([0.0, 10.0]), log=True).at, [0, 10])


def test_names_are_spread_evenly_in_their_order():
    found = places(pd.Series(["b", "a", None, "c"]), log=False)
    np.testing.assert_array_equal(found.at, [1, 0, np.nan, 2])
    assert (found.ticks, found.labels, found.limits) == ([0, 1, 2], ["a", "b", "c"], (0, 2))
    assert found.categorical


def test_one_value_stands_in_the_middle():
    found = places(pd.Series([4.0, 4.0]), log=False)
    assert (found.ticks, found.limits) == ([4.0], (3.5, 4.5))


@pytest.mark.parametrize(
    ("ticks", "labels"),
    [
        ([0.55, 0.6], ["0.55", "0.60"]),
        ([40.0, 60.0], ["40", "60"]),
        ([0.0, 5e-5], ["0", r"$5\times10^{-5}$"]),
        ([3e-4, 1e-3, 3e-3], ["0.0003", "0.001", "0.003"]),
        ([0.01, 0.1, 1.0], ["0.01", "0.1", "1"]),
    ],
)
def test_the_numbers_of_an_axis_are_written_alike(ticks, labels):
    assert tick_labels(ticks) == labels
