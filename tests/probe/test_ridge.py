"""Ridge regression has scikit-learn's weights, chooses the penalty on valid, and calibrates its probabilities there."""

import numpy as np
import pytest
from labelled import given
from sklearn.linear_model import RidgeClassifier
from sklearn.preprocessing import StandardScaler

from eegbench.probe import Labelled
from eegbench.probe.check import standardisation
from eegbench.probe.ridge import Ridge


def parts(n=300, n_train=200, n_classes=3, dim=5):
    rng = np.random.default_rng(0)
    y = np.minimum(rng.integers(n_classes + 2, size=n), n_classes - 1)  # the last class is frequent
    features = rng.standard_normal((n, dim)) * 10.0 ** np.arange(dim)
    features[:, 0] += y
    whole = given(features, y, n_classes)
    return tuple(
        Labelled(rows, y[rows], whole.embeddings, whole.encoder, whole.store)
        for rows in (np.arange(n_train), np.arange(n_train, n))
    )


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("alpha", [0.01, 1.0])
def test_scores_are_those_of_scikit_learn_up_to_the_temperature(n_classes, alpha):
    train, rest = parts(n_classes=n_classes)
    fitted = Ridge(alpha=alpha).fit(train, rest, np.random.default_rng(0))
    scaler = StandardScaler().fit(train.features.astype(float))
    counts = np.bincount(train.y)
    weight = 1 / (n_classes * counts[train.y])
    theirs = RidgeClassifier(alpha=alpha).fit(
        scaler.transform(train.features.astype(float)), train.y, sample_weight=weight
    )
    expected = theirs.decision_function(scaler.transform(rest.features.astype(float)))
    head = fitted.head
    found = (rest.features.astype(float) @ head.weight.T + head.bias) * fitted.facts["temperature"]
    if n_classes == 2:
        np.testing.assert_allclose(found, np.stack([-expected, expected], axis=1), atol=1e-8)
    else:
        np.testing.assert_allclose(found, expected, atol=1e-8)


def test_the_penalty_is_chosen_on_valid_and_the_temperature_makes_its_cross_entropy_smallest():
    train, valid = parts()
    fitted = Ridge(alpha=(1e-4, 1e4)).fit(train, valid, np.random.default_rng(0))
    single = {
        alpha: Ridge(alpha=alpha).fit(train, valid, np.random.default_rng(0)).probabilities(valid.rows).argmax(1)
        for alpha in (1e-4, 1e4)
    }
    recalls = {
        alpha: np.mean([(said[valid.y == label] == label).mean() for label in range(3)])
        for alpha, said in single.items()
    }
    assert fitted.facts["alpha"] == max(recalls, key=lambda alpha: (recalls[alpha], alpha))
    logs = np.log(fitted.probabilities(valid.rows))

    def cross_entropy(temperature):
        scaled = logs / temperature
        normalised = scaled - np.log(np.exp(scaled).sum(1, keepdims=True))
        return -normalised[np.arange(len(valid.y)), valid.y].mean()

    assert cross_entropy(1.0) < min(cross_entropy(0.9), cross_entropy(1.1))


def test_a_class_of_valid_that_train_lacks_does_not_spoil_the_temperature():
    train, valid = parts()
    kept = train.y != 1
    train = Labelled(train.rows[kept], train.y[kept], train.embeddings, train.encoder, train.store)
    fitted = Ridge(alpha=1.0).fit(train, valid, np.random.default_rng(0))
    assert fitted.probabilities(valid.rows)[:, 1].max() == 0
    assert 0.05 < fitted.facts["temperature"] < 10


def test_no_penalty_at_all_is_refused():
    with pytest.raises(ValueError, match=r"probe.of.ridge.alpha=\[\]: expected at least one"):
        Ridge(alpha=())


def test_a_feature_that_is_constant_up_to_rounding_does_not_count():
    train, rest = parts()
    rng = np.random.default_rng(0)
    expected = Ridge(alpha=1.0).fit(train, rest, rng).probabilities(rest.rows)
    constant = 1e3 + 1e-13 * rng.standard_normal((300, 1))
    centre, scale = standardisation(constant)
    assert (centre[0], scale[0]) == (pytest.approx(1e3), 1.0)
    wide = np.hstack([train.embeddings.features, constant.astype(np.float32)])
    y = np.concatenate([train.y, rest.y])
    whole = given(wide, y, 3)
    train, rest = (
        Labelled(rows, y[rows], whole.embeddings, whole.encoder, whole.store) for rows in (train.rows, rest.rows)
    )
    found = Ridge(alpha=1.0).fit(train, rest, rng).probabilities(rest.rows)
    np.testing.assert_allclose(found, expected, atol=1e-6)
