"""Controls guess and repeat the classes that there are, whatever else the label map names."""

import numpy as np

from eegbench.probe.control import chance, majority


def test_chance_guesses_each_class_that_a_split_holds_equally_often_and_no_other():
    held = np.array([True, False, True, True, False, True])
    guesses = chance(20_000, held, np.random.default_rng(0))
    np.testing.assert_allclose(guesses.sum(axis=1), 1)
    share = np.bincount(guesses.argmax(axis=1), minlength=6) / 20_000
    np.testing.assert_allclose(share, np.where(held, 0.25, 0), atol=0.01)


def test_chance_of_all_classes_is_a_draw_from_all_probabilities():
    every = chance(10, np.ones(3, dtype=bool), np.random.default_rng(0))
    np.testing.assert_array_equal(every, np.random.default_rng(0).dirichlet(np.ones(3), size=10))


def test_majority_is_certain_of_the_commonest_class_of_train():
    np.testing.assert_array_equal(majority(2, np.array([1, 3, 3]), 4), [[0, 0, 0, 1]] * 2)
