"""The perceptron learns what no linear probe can, weights classes equally, and keeps the best pass on valid."""

import numpy as np
import pytest
from labelled import given

from eegbench.probe import Labelled
from eegbench.probe.linear import Linear
from eegbench.probe.mlp import Mlp


def mlp(**changes):
    options = {"hidden_dim": 32, "dropout": 0.0, "lr": 1e-2, "weight_decay": 0.0, "batch_size": 32, "max_passes": 30}
    return Mlp(**(options | {"patience": 10} | changes))


def split(features, y, n_train):
    whole = given(features, y, int(max(y)) + 1)
    return tuple(
        Labelled(rows, y[rows], whole.embeddings, whole.encoder, whole.store)
        for rows in (np.arange(n_train), np.arange(n_train, len(y)))
    )


@pytest.fixture(scope="module")
def exclusive_or():
    rng = np.random.default_rng(0)
    signs = rng.integers(2, size=(400, 2))
    features = (2.0 * signs - 1 + 0.2 * rng.standard_normal((400, 2))) * (1, 1000)
    return split(features, signs[:, 0] ^ signs[:, 1], 200)


def accuracy(probe, train, rest):
    said = probe.fit(train, rest, np.random.default_rng(0)).probabilities(rest.rows).argmax(1)
    return (said == rest.y).mean()


def test_exclusive_or_is_learned_which_a_linear_probe_cannot(exclusive_or):
    assert accuracy(mlp(), *exclusive_or) > 0.97
    assert accuracy(Linear(C=1.0, max_iter=1000), *exclusive_or) < 0.7


def test_a_rare_class_weighs_as_much_as_a_frequent_one():
    rng = np.random.default_rng(1)
    y = (rng.random(2000) < 0.05).astype(int)
    train, rest = split(rng.standard_normal((2000, 1)) + y[:, None], y, 1000)
    found = mlp().fit(train, rest, np.random.default_rng(0)).probabilities(rest.rows)
    assert 0.3 < found[:, 1].mean() < 0.6  # of unweighted windows it would be 0.05


def test_the_pass_that_was_best_on_valid_is_kept_and_training_stops_after_it(exclusive_or):
    train, _ = exclusive_or
    flipped = Labelled(train.rows, 1 - train.y, train.embeddings, train.encoder, train.store)
    facts = mlp(patience=3).fit(train, flipped, np.random.default_rng(0)).facts
    assert facts["n_passes"] - facts["final_pass"] == 3
    none = Labelled(train.rows[:0], train.y[:0], train.embeddings, train.encoder, train.store)
    facts = mlp(patience=3, max_passes=7).fit(train, none, np.random.default_rng(0)).facts
    assert facts == {"final_pass": 7, "n_passes": 7}
