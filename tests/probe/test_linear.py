"""The linear probe equals scikit-learn's pipeline, folds into one linear map, and is converged or an error."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from eegbench.probe import ProbeNotConvergedError, logistic
from eegbench.probe.base import Labelled
from eegbench.probe.control import chance, majority
from eegbench.probe.linear import Linear
from eegbench.probe.logistic import fits


def labelled(n=200, n_classes=3, seed=0, dim=6):
    rng = np.random.default_rng(seed)
    labels = rng.integers(n_classes, size=n)
    features = rng.standard_normal((n, dim)) * 5 + 3
    features[:, 0] += 4.0 * labels
    return Labelled(features.astype(np.float32), labels)


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
    head = Linear(C=1.0, max_iter=1000).fit(train, train, n_classes)
    expected = pipeline().fit(train.features.astype(np.float64), train.labels)
    expected = expected.predict_proba(test.features.astype(np.float64))
    np.testing.assert_allclose(head.probabilities(test.features), expected, atol=1e-5)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("C", [1e-3, 1.0, 100.0])
def test_features_that_say_almost_the_same_or_nothing_converge_to_the_same(C):
    rng = np.random.default_rng(0)
    train = labelled(n=400)
    near = train.features[:, :3] + 1e-3 * rng.standard_normal((400, 3))
    features = np.concatenate([train.features, near, np.full((400, 2), 7.1)], axis=1).astype(np.float32)
    head = Linear(C=C, max_iter=1000).fit(Labelled(features, train.labels), train, 3)
    expected = pipeline(C).fit(features.astype(np.float64), train.labels).predict_proba(features.astype(np.float64))
    np.testing.assert_allclose(head.probabilities(features), expected, atol=1e-4)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("C", [1.0, 100.0, 1e4])
@pytest.mark.parametrize(("n", "dim", "n_classes"), [(60, 120, 2), (100, 200, 5), (300, 20, 3)])
def test_classes_that_can_be_told_apart_completely_converge_too_for_points_never_seen(n, dim, n_classes, C):
    train, fresh = labelled(n, n_classes, dim=dim), labelled(1000, n_classes, seed=1, dim=dim)
    head = Linear(C=C, max_iter=10000).fit(train, train, n_classes)
    model = LogisticRegression(C=C, class_weight="balanced", solver="newton-cholesky", tol=1e-10, max_iter=1000)
    expected = make_pipeline(StandardScaler(), model).fit(train.features.astype(np.float64), train.labels)
    expected = expected.predict_proba(fresh.features.astype(np.float64))
    np.testing.assert_allclose(head.probabilities(fresh.features), expected, atol=1e-4)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("n_classes", [2, 5])
def test_features_that_say_nothing_at_all_give_every_class_the_same(n_classes):
    train = labelled(n_classes=n_classes)
    silent = np.full_like(train.features, 7.1)
    head = Linear(C=(1e-3, 1.0), max_iter=1000).fit(Labelled(silent, train.labels), train, n_classes)
    np.testing.assert_allclose(head.probabilities(silent), 1 / n_classes, atol=1e-6)


def test_what_was_fitted_before_moves_no_fit():
    train = labelled()
    alone = {C: next(fits(doubles(train), torch.from_numpy(train.labels), (C,), max_iter=1000)) for C in (1e-3, 1.0)}
    for fit in fits(doubles(train), torch.from_numpy(train.labels), (1e-3, 1.0), max_iter=1000):
        torch.testing.assert_close(fit.weight, alone[fit.C].weight, atol=1e-4, rtol=0)
        assert fit.has_converged


def doubles(train):
    return torch.from_numpy(train.features).double()


def test_embeddings_that_are_no_numbers_are_refused():
    train = labelled()
    train.features[3, 1] = np.nan
    with pytest.raises(ValueError, match="no numbers"):
        Linear(C=1.0, max_iter=10).fit(train, train, 3)


def test_a_fit_that_does_not_converge_is_an_error_with_a_remedy():
    with pytest.raises(ProbeNotConvergedError, match=r"in 2 iterations; raise probe\.linear\.max_iter"):
        Linear(C=100.0, max_iter=2).fit(labelled(), labelled(), 3)


def test_of_several_strengths_the_best_on_valid_is_kept():
    rng = np.random.default_rng(0)
    noisy = Labelled(rng.standard_normal((30, 25)).astype(np.float32), rng.integers(2, size=30))
    informed = Labelled(noisy.features.copy(), noisy.labels)
    informed.features[:, 0] += 1.0 * noisy.labels
    valid = labelled(n_classes=2, dim=25)
    valid = Labelled((valid.features - valid.features.mean(0)) / valid.features.std(0), valid.labels)
    probe = Linear(C=(10.0, 1e-4, 1e-2), max_iter=5000)
    chosen = probe.fit(informed, valid, 2)
    each = [Linear(C=C, max_iter=5000).fit(informed, valid, 2) for C in (1e-4, 1e-2, 10.0)]
    accuracy = [np.mean(h.probabilities(valid.features).argmax(1) == valid.labels) for h in each]
    assert chosen.C in (1e-4, 1e-2, 10.0)
    assert np.mean(chosen.probabilities(valid.features).argmax(1) == valid.labels) >= max(accuracy) - 0.05


def test_a_class_that_train_does_not_hold_gets_no_probability():
    train = labelled(n_classes=2)
    head = Linear(C=1.0, max_iter=1000).fit(Labelled(train.features, train.labels * 2), train, 4)
    probabilities = head.probabilities(train.features)
    assert probabilities[:, [1, 3]].max() == 0.0
    np.testing.assert_allclose(probabilities.sum(1), 1.0)


def test_one_class_is_refused():
    train = labelled()
    with pytest.raises(ValueError, match="holds 1 of 3 classes"):
        Linear(C=1.0, max_iter=10).fit(Labelled(train.features, train.labels * 0), train, 3)


def test_embeddings_of_valid_that_are_no_numbers_are_refused():
    train, valid = labelled(), labelled(seed=1)
    valid.features[3, 1] = np.nan
    with pytest.raises(ValueError, match="of valid hold values that are no numbers"):
        Linear(C=1.0, max_iter=100).fit(train, valid, 3)


def test_a_fit_needs_an_iteration():
    with pytest.raises(ValueError, match=r"probe\.linear\.max_iter=0: type 1 or more"):
        Linear(C=1.0, max_iter=0)


@pytest.mark.parametrize("C", [0.0, (1.0, -1.0), (), float("nan"), float("inf")])
def test_strengths_must_be_above_zero(C):
    with pytest.raises(ValueError, match=r"probe\.linear\.C"):
        Linear(C=C, max_iter=10)


def test_controls_know_nothing_of_the_signal():
    guesses = chance(30000, 3, np.random.default_rng(0))
    np.testing.assert_allclose(np.bincount(guesses.argmax(1)) / 30000, 1 / 3, atol=0.01)
    certain = majority(4, np.array([0, 2, 2, 1]), 3)
    assert certain.tolist() == [[0, 0, 1]] * 4
