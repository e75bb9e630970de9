import numpy as np
import pytest

from eegbench.score.temperature import RANGE, fit_temperature, scaled

RNG = np.random.default_rng(0)


def drawn(n, sharpness):
    """Return probabilities that are ``sharpness`` times too certain, and labels drawn from the right ones."""
    scores = RNG.normal(size=(n, 4))
    right, shown = (np.exp(s) / np.exp(s).sum(1, keepdims=True) for s in (scores, sharpness * scores))
    labels = (right.cumsum(1) > RNG.random((n, 1))).argmax(1)
    return shown, labels


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_probabilities_that_are_too_certain_by_a_factor_get_that_factor(sharpness):
    assert fit_temperature(*drawn(50_000, sharpness)) == pytest.approx(sharpness, rel=0.05)


def test_without_windows_nothing_changes():
    assert fit_temperature(np.empty((0, 3)), np.empty(0, dtype=np.int64)) == 1.0


def test_classes_of_probability_0_and_windows_all_right_stay_finite():
    certain = np.eye(3)[[0, 1, 2]]
    assert RANGE[0] <= fit_temperature(certain, np.array([0, 1, 2])) <= RANGE[1]
    assert fit_temperature(certain, np.array([1, 2, 0])) <= RANGE[1]


def test_a_temperature_divides_scores_and_keeps_the_order_of_the_classes():
    scores = RNG.normal(size=(50, 4))
    shown, cooler = (np.exp(s) / np.exp(s).sum(1, keepdims=True) for s in (scores, scores / 2.5))
    np.testing.assert_allclose(scaled(shown, 2.5), cooler)
    np.testing.assert_array_equal(scaled(shown, 2.5).argmax(1), shown.argmax(1))
    assert np.isfinite(scaled(np.eye(3), 0.1)).all()
