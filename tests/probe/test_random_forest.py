"""The forest is scikit-learn's, with balanced classes, and its chance comes from the generator alone."""

import numpy as np
import pytest
import torch
from labelled import description_of, given
from sklearn.ensemble import RandomForestClassifier

from eegbench.inference.embedding import Embeddings
from eegbench.probe import Labelled
from eegbench.probe.random_forest import RandomForest


def forest(**changes):
    options = {"n_trees": 20, "max_depth": 4, "max_features": "sqrt", "class_balanced": True}
    return RandomForest(**(options | changes))


def train_and_rest(n=300, n_train=200, n_classes=3, seed=0):
    """Two sets of one store; the first class is frequent, the classes overlap."""
    rng = np.random.default_rng(seed)
    y = rng.choice(n_classes, size=n, p=[0.8, 0.1, 0.1])
    features = rng.standard_normal((n, 6))
    features[:, 0] += y
    whole = given(features, y, n_classes)
    parts = (np.arange(n_train), np.arange(n_train, n))
    return tuple(Labelled(rows, y[rows], whole.embeddings, whole.encoder, whole.store) for rows in parts)


def fitted(probe, train, seed=0):
    return probe.fit(train, train, np.random.default_rng(seed))


@pytest.mark.parametrize(("class_balanced", "weight"), [(True, "balanced"), (False, None)])
@pytest.mark.parametrize("max_features", ["sqrt", "log2"])
def test_probabilities_are_those_of_scikit_learn(class_balanced, weight, max_features):
    train, rest = train_and_rest()
    seed = int(np.random.default_rng(3).integers(2**31))
    theirs = RandomForestClassifier(
        20, max_depth=4, max_features=max_features, class_weight=weight, random_state=seed
    ).fit(train.features, train.y)
    ours = fitted(forest(class_balanced=class_balanced, max_features=max_features), train, 3)
    np.testing.assert_array_equal(ours.probabilities(rest.rows), theirs.predict_proba(rest.features))


def test_balanced_classes_find_rare_ones():
    train, rest = train_and_rest()
    found = [fitted(forest(class_balanced=on), train).probabilities(rest.rows).argmax(1) for on in (False, True)]
    recalls = [np.mean([(one == rest.y)[rest.y == label].mean() for label in range(3)]) for one in found]
    assert recalls[1] > recalls[0] + 0.05


def test_depth_is_limited_and_told():
    train, _ = train_and_rest()
    assert fitted(forest(max_depth=2), train).facts["mean_depth"] <= 2
    assert fitted(forest(max_depth=None), train).facts["mean_depth"] > 4


def test_threads_do_not_change_a_bit():
    train, rest = train_and_rest()
    before, found = torch.get_num_threads(), []
    for n in (1, 2):
        torch.set_num_threads(n)
        found.append(fitted(forest(), train).probabilities(rest.rows))
    torch.set_num_threads(before)
    np.testing.assert_array_equal(*found)


def test_no_windows_give_no_probabilities_and_there_is_no_network():
    train, _ = train_and_rest()
    classifier = fitted(forest(), train)
    assert classifier.probabilities(np.arange(0)).shape == (0, 3)
    assert classifier.network(description_of(train)) is None


def test_windows_whose_embedding_is_no_number_are_refused():
    train, rest = train_and_rest()
    classifier = fitted(forest(), train)
    broken = train.embeddings.features.copy()
    broken[-1] = np.nan
    classifier.embeddings = Embeddings(broken, train.embeddings.rows)
    with pytest.raises(ValueError, match="of the windows to predict contain NaN or infinite values"):
        classifier.probabilities(rest.rows)
