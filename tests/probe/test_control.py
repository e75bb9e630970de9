"""Controls guess and repeat the classes that there are, whatever else the label map names."""

import numpy as np

from eegbench.probe.control import chance, majority, without_repeated
from eegbench.types import Score


def test_chance_guesses_each_class_that_a_split_holds_equally_often_and_no_other():
    held = np.array([True, False, True, True, False, True])
    guesses = chance(20_000, held, np.random.default_rng(0))
    np.testing.assert_allclose(guesses.sum(axis=1), 1)
    share = np.bincount(guesses.argmax(axis=1), minlength=6) / 20_000
    np.testing.assert_allclose(share, np.where(held, 0.25, 0), atol=0.01)


def test_all_probabilities_of_chance_are_equally_likely():
    every = chance(20_000, np.ones(3, dtype=bool), np.random.default_rng(0))
    for least in (0.2, 0.5, 0.8):  # uniform on a triangle: p > least on the share (1 - least)² of its area
        np.testing.assert_allclose((every > least).mean(axis=0), (1 - least) ** 2, atol=0.015)


def test_majority_is_certain_of_the_commonest_class_of_train():
    np.testing.assert_array_equal(majority(2, np.array([1, 3, 3]), 4), [[0, 0, 0, 1]] * 2)


def test_unfitted_random_weights_are_shown_in_splits_where_they_differ():
    def one(probe, split, value, metric="balanced_accuracy"):
        return Score(probe, metric, split, "pooled", value, 0.0, 1.0, 9)

    fitted = [one("random_weights", "valid", 0.5), one("random_weights", "test", 0.5)]
    unfitted = [one("random_weights_unfitted", "valid", 0.507), one("random_weights_unfitted", "test", 0.48)]
    unfitted += [one("random_weights_unfitted", split, 0.3, "accuracy") for split in ("valid", "test")]
    shown = [(s.split, s.metric) for s in without_repeated([*fitted, *unfitted]) if s.probe != "random_weights"]
    assert shown == [("test", "balanced_accuracy"), ("test", "accuracy")]
