"""The linear probe equals scikit-learn's pipeline, folds into one linear map, and is converged or an error."""

import pickle

import numpy as np
import pytest
import torch
from labelled import given
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from eegbench.probe import ProbeNotConvergedError, logistic
from eegbench.probe.control import chance, majority
from eegbench.probe.linear import Linear
from eegbench.probe.logistic import fits


def labelled(n=200, n_classes=3, seed=0, dim=6):
    rng = np.random.default_rng(seed)
    labels = rng.integers(n_classes, size=n)
    features = rng.standard_normal((n, dim)) * 5 + 3
    features[:, 0] += 4.0 * labels
    return given(features, labels, n_classes)


def fitted(probe, train, valid=None):
    return probe.fit(train, train if valid is None else valid, np.random.default_rng(0))


def predicted(probe, train, test):
    """Return the probabilities of windows of another set, by the head that was fitted."""
    return fitted(probe, train).head.probabilities(test.features)


def pipeline(C=1.0):
    """Scikit-learn's, converged far beyond its usual 1e-4."""
    model = LogisticRegression(C=C, max_iter=10000, class_weight="balanced", tol=1e-10)
    return make_pipeline(StandardScaler(), model)


@pytest.fixture(params=[0.0, logistic.SLOW, np.inf], ids=["together", "as shipped", "alone"])
def slow(request, monkeypatch):
    """From which number of iterations on the curvature of weights is known together: from the second step, or never."""
    monkeypatch.setattr(logistic, "SLOW", request.param)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_the_folded_head_equals_scaler_and_logistic_regression(n_classes):
    train, test = labelled(n_classes=n_classes), labelled(n_classes=n_classes, seed=1)
    found = predicted(Linear(C=1.0, max_iter=1000), train, test)
    expected = pipeline().fit(train.features.astype(np.float64), train.y)
    expected = expected.predict_proba(test.features.astype(np.float64))
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("C", [1e-3, 1.0, 100.0])
def test_features_that_say_almost_the_same_or_nothing_converge_to_the_same(C):
    rng = np.random.default_rng(0)
    train = labelled(n=400)
    near = train.features[:, :3] + 1e-3 * rng.standard_normal((400, 3))
    features = np.concatenate([train.features, near, np.full((400, 2), 7.1)], axis=1).astype(np.float32)
    more = given(features, train.y, 3)
    expected = pipeline(C).fit(features.astype(np.float64), train.y).predict_proba(features.astype(np.float64))
    np.testing.assert_allclose(predicted(Linear(C=C, max_iter=1000), more, more), expected, atol=1e-4)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("C", [1.0, 100.0, 1e4])
@pytest.mark.parametrize(("n", "dim", "n_classes"), [(60, 120, 2), (100, 200, 5), (300, 20, 3)])
def test_classes_that_can_be_told_apart_completely_converge_too_for_points_never_seen(n, dim, n_classes, C):
    train, fresh = labelled(n, n_classes, dim=dim), labelled(1000, n_classes, seed=1, dim=dim)
    found = predicted(Linear(C=C, max_iter=10000), train, fresh)
    model = LogisticRegression(C=C, class_weight="balanced", solver="newton-cholesky", tol=1e-10, max_iter=1000)
    expected = make_pipeline(StandardScaler(), model).fit(train.features.astype(np.float64), train.y)
    expected = expected.predict_proba(fresh.features.astype(np.float64))
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("n_classes", [2, 5])
def test_features_that_say_nothing_at_all_give_every_class_the_same(n_classes):
    train = labelled(n_classes=n_classes)
    silent = given(np.full_like(train.features, 7.1), train.y, n_classes)
    found = predicted(Linear(C=(1e-3, 1.0), max_iter=1000), silent, silent)
    np.testing.assert_allclose(found, 1 / n_classes, atol=1e-6)


def test_what_was_fitted_before_moves_no_fit():
    train = labelled()
    alone = {C: next(fits(doubles(train), torch.from_numpy(train.y), (C,), max_iter=1000)) for C in (1e-3, 1.0)}
    for fit in fits(doubles(train), torch.from_numpy(train.y), (1e-3, 1.0), max_iter=1000):
        torch.testing.assert_close(fit.weight, alone[fit.C].weight, atol=1e-4, rtol=0)
        assert fit.has_converged


def doubles(train):
    return torch.from_numpy(train.features).double()


def test_embeddings_that_are_no_numbers_are_refused():
    train = labelled()
    train.embeddings.features[3, 1] = np.nan
    with pytest.raises(ValueError, match="NaN or infinite values"):
        fitted(Linear(C=1.0, max_iter=10), train)


def test_a_fit_that_does_not_converge_is_an_error_with_a_remedy():
    with pytest.raises(ProbeNotConvergedError, match=r"in 2 iterations; raise probe\.of\.linear\.max_iter") as caught:
        fitted(Linear(C=100.0, max_iter=2), labelled())
    assert caught.value.option == "probe.of.linear.max_iter"
    again = pickle.loads(pickle.dumps(caught.value))  # as joblib takes it home from a job
    assert (str(again), again.option) == (str(caught.value), caught.value.option)


def test_of_several_strengths_the_best_on_valid_is_kept():
    rng = np.random.default_rng(0)
    noise, y = rng.standard_normal((30, 25)), rng.integers(2, size=30)
    noise[:, 0] += 1.0 * y
    informed = given(noise, y, 2)
    valid = labelled(n_classes=2, dim=25)
    valid = given((valid.features - valid.features.mean(0)) / valid.features.std(0), valid.y, 2)
    probe = Linear(C=(10.0, 1e-4, 1e-2), max_iter=5000)
    chosen = fitted(probe, informed, valid)
    each = [fitted(Linear(C=C, max_iter=5000), informed, valid) for C in (1e-4, 1e-2, 10.0)]
    accuracy = [np.mean(one.head.probabilities(valid.features).argmax(1) == valid.y) for one in each]
    assert chosen.facts["C"] in (1e-4, 1e-2, 10.0)
    assert np.mean(chosen.head.probabilities(valid.features).argmax(1) == valid.y) >= max(accuracy) - 0.05


def test_a_class_that_train_does_not_hold_gets_no_probability():
    train = labelled(n_classes=2)
    train = given(train.features, train.y * 2, 4)
    probabilities = fitted(Linear(C=1.0, max_iter=1000), train).probabilities(train.rows)
    assert probabilities[:, [1, 3]].max() == 0.0
    np.testing.assert_allclose(probabilities.sum(1), 1.0)


def test_one_class_is_refused():
    train = labelled()
    with pytest.raises(ValueError, match="has 1 of 3 classes"):
        fitted(Linear(C=1.0, max_iter=10), given(train.features, train.y * 0, 3))


def test_embeddings_of_valid_that_are_no_numbers_are_refused():
    train, valid = labelled(), labelled(seed=1)
    valid.embeddings.features[3, 1] = np.nan
    with pytest.raises(ValueError, match="of valid contain NaN or infinite values"):
        fitted(Linear(C=1.0, max_iter=100), train, valid)


def test_a_fit_needs_an_iteration():
    with pytest.raises(ValueError, match=r"probe\.of\.linear\.max_iter=0: expected 1 or more"):
        Linear(C=1.0, max_iter=0)


@pytest.mark.parametrize("C", [0.0, (1.0, -1.0), (), float("nan"), float("inf")])
def test_strengths_must_be_above_zero(C):
    with pytest.raises(ValueError, match=r"probe\.of\.linear\.C"):
        Linear(C=C, max_iter=10)


def test_controls_know_nothing_of_the_signal():
    guesses = chance(30000, np.ones(3, dtype=bool), np.random.default_rng(0))
    np.testing.assert_allclose(np.bincount(guesses.argmax(1)) / 30000, 1 / 3, atol=0.01)
    certain = majority(4, np.array([0, 2, 2, 1]), 3)
    assert certain.tolist() == [[0, 0, 1]] * 4
