"""Nearest neighbours vote as scikit-learn's do, classes can weigh the same, and k is chosen on valid."""

import numpy as np
import pytest
from labelled import description_of, given
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from eegbench.inference.embedding import Embeddings
from eegbench.probe import Labelled
from eegbench.probe import knn as module
from eegbench.probe.knn import Knn


def knn(**changes):
    return Knn(**({"k": 5, "metric": "euclidean", "weights": "uniform", "balanced": False} | changes))


def train_and_rest(n=200, n_train=120, n_classes=3, dim=6, seed=0):
    """Two sets of one store with their embeddings; each feature has a scale of its own."""
    rng = np.random.default_rng(seed)
    y = rng.integers(n_classes, size=n)
    features = rng.standard_normal((n, dim)) * 10.0 ** np.arange(dim)
    features[:, 0] += 2.0 * y
    whole = given(features, y, n_classes)
    parts = (np.arange(n_train), np.arange(n_train, n))
    return tuple(Labelled(rows, y[rows], whole.embeddings, whole.encoder, whole.store) for rows in parts)


def fitted(probe, train, valid):
    return probe.fit(train, valid, np.random.default_rng(0))


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("weights", ["uniform", "distance"])
@pytest.mark.parametrize("k", [1, 5, 40])
def test_votes_are_those_of_scikit_learn_on_standardised_features(metric, weights, k):
    train, rest = train_and_rest()
    theirs = make_pipeline(StandardScaler(), KNeighborsClassifier(k, metric=metric, weights=weights))
    expected = theirs.fit(train.features.astype(float), train.y).predict_proba(rest.features.astype(float))
    found = fitted(knn(k=k, metric=metric, weights=weights), train, rest).probabilities(rest.rows)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_neighbours_at_distance_0_alone_are_counted_where_there_are_some():
    points = given([[0.0], [0.0], [0.0], [1.0], [5.0]], [0, 0, 1, 1, 1], 2)
    found = fitted(knn(k=5, weights="distance"), points, points).probabilities(np.array([0, 3]))
    np.testing.assert_allclose(found, [[2 / 3, 1 / 3], [0, 1]])


def test_balanced_votes_are_divided_by_the_size_of_their_class():
    points = given([[0.0], [1.0], [2.0], [3.0], [1.5]], [0, 0, 0, 1, 1], 3)
    found = fitted(knn(k=5, balanced=True), points, points).probabilities(points.rows)
    np.testing.assert_allclose(found, np.tile([0.5, 0.5, 0.0], (5, 1)))


def test_of_several_numbers_of_neighbours_the_best_on_valid_is_kept_and_the_larger_of_equal_ones():
    train, rest = train_and_rest()

    def balanced_accuracy(k):
        right = fitted(knn(k=k), train, rest).probabilities(rest.rows).argmax(1) == rest.y
        return np.mean([right[rest.y == label].mean() for label in range(3)])

    scores = {k: balanced_accuracy(k) for k in (1, 3, 9, 27)}
    best = max(k for k, score in scores.items() if score == max(scores.values()))
    assert fitted(knn(k=(9, 1, 27, 3)), train, rest).facts == {"k": best}
    apart = given([[0.0], [0.1], [0.2], [9.0], [9.1], [9.2]], [0, 0, 0, 1, 1, 1], 2)
    assert fitted(knn(k=(1, 3)), apart, apart).facts == {"k": 3}


def test_more_neighbours_than_windows_are_left_out_or_refused():
    train, rest = train_and_rest(n_train=20)
    assert fitted(knn(k=(5, 20, 21)), train, rest).facts["k"] in (5, 20)
    with pytest.raises(ValueError, match=r"probe\.of\.knn\.k=\[21\]: train has only 20 windows"):
        fitted(knn(k=21), train, rest)


def test_windows_are_predicted_a_part_at_a_time(monkeypatch):
    train, rest = train_and_rest()
    classifier = fitted(knn(), train, rest)
    whole = classifier.probabilities(rest.rows)
    monkeypatch.setattr(module, "AT_A_TIME", 7)
    np.testing.assert_array_equal(classifier.probabilities(rest.rows), whole)
    assert classifier.probabilities(rest.rows[:0]).shape == (0, 3)


def test_there_is_no_network_to_save():
    train, rest = train_and_rest()
    assert fitted(knn(), train, rest).network(description_of(train)) is None


def test_windows_whose_embedding_is_no_number_are_refused():
    train, rest = train_and_rest()
    classifier = fitted(knn(), train, train)
    broken = train.embeddings.features.copy()
    broken[-1] = np.nan
    classifier.embeddings = Embeddings(broken, train.embeddings.rows)
    with pytest.raises(ValueError, match="of the windows to predict contain NaN or infinite values"):
        classifier.probabilities(rest.rows)


@pytest.mark.parametrize("k", [0, (), (3, -1)])
def test_numbers_of_neighbours_begin_at_1(k):
    with pytest.raises(ValueError, match=r"probe\.of\.knn\.k"):
        knn(k=k)
