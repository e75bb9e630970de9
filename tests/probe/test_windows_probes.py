"""Controls of windows find what the classes' signals differ in, equal other implementations, and use train alone."""

import numpy as np
import pytest
import torch
from forms import form_of, group_of
from labelled import description_of, given
from scipy import linalg
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from eegbench.inference.embedding import Embeddings
from eegbench.probe import Labelled, ProbeNotConvergedError
from eegbench.probe import windows as module
from eegbench.probe.csp_lda import CspLda
from eegbench.probe.linear import Linear
from eegbench.probe.tangent_space import TangentSpace
from eegbench.probe.xdawn import Xdawn
from eegbench.types import Form

pytestmark = pytest.mark.slow


@pytest.fixture
def pyriemann():
    return pytest.importorskip("pyriemann", reason="not installed: pip install 'eegbench[riemann]'")


def parts(x, y, n_train, n_classes=None):
    """Return train and the rest of one store with these signals."""
    whole = given(np.zeros((len(y), 1)), y, n_classes or int(max(y)) + 1)
    windows, form = (
        torch.from_numpy(x.astype(np.float32)),
        form_of([f"C{i}" for i in range(x.shape[1])], 100.0, x.shape[2]),
    )
    whole.store.__dict__.update(windows=windows, form=form)
    rows = (np.arange(n_train), np.arange(n_train, len(y)))
    return tuple(Labelled(one, y[one], whole.embeddings, whole.encoder, whole.store) for one in rows)


def sources(n=240, n_classes=2, n_channels=5, seed=0):
    """Return mixtures of sources. Each class has a source that is stronger in its windows."""
    rng = np.random.default_rng(seed)
    y = rng.integers(n_classes, size=n)
    s = rng.standard_normal((n, n_channels, 100))
    s[np.arange(n), y] *= 1.6
    return np.einsum("ij,njt->nit", rng.standard_normal((n_channels, n_channels)), s), y


def evoked(n=300, seed=0):
    """Return noise with a response to one in three windows, which is a third of the noise."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 1 / 3).astype(int)
    response = np.outer([1.0, 0.5, -0.5, 0.2], np.exp(-((np.arange(90) - 40) ** 2) / 50))
    return rng.standard_normal((n, 4, 90)) + 0.8 * y[:, None, None] * response, y


def predicted(probe, train, rest):
    return probe.fit(train, rest, np.random.default_rng(0)).probabilities(rest.rows)


def test_filters_are_those_of_the_generalised_eigenvectors():
    x, y = sources()
    train, rest = parts(x, y, 160)
    fitted = CspLda(n_components=2).fit(train, rest, np.random.default_rng(0))
    covariances = [np.cov(np.concatenate(list(x[:160][y[:160] == label]), axis=1)) for label in (0, 1)]
    share, vectors = linalg.eigh(covariances[0], sum(covariances))
    ends = vectors[:, [np.argmax(share), np.argmin(share)]]
    expected = np.log(np.einsum("ck,nct->nkt", ends, x[160:]).var(-1))
    found = fitted.transform(x[160:])
    both = np.corrcoef(np.concatenate([expected, found], axis=1).T)[:2, 2:]
    assert np.abs(both).max(1).min() > 0.99  # up to scale and order


def test_the_discriminant_is_scikit_learns_with_equal_priors():
    x, y = sources(n=300)
    keep = np.flatnonzero((y == 0) | (np.arange(300) % 4 == 0))  # rare second class
    train, rest = parts(x[keep], y[keep], 100)
    fitted = CspLda(n_components=4).fit(train, rest, np.random.default_rng(0))
    theirs = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=[0.5, 0.5])
    theirs.fit(fitted.transform(x[keep][:100]), y[keep][:100])
    found = fitted.probabilities(rest.rows)
    np.testing.assert_allclose(found, theirs.predict_proba(fitted.transform(x[keep][100:])), atol=1e-5)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_powers_of_sources_are_decoded_by_csp(n_classes):
    x, y = sources(n_classes=n_classes)
    train, rest = parts(x, y, 160)
    assert (predicted(CspLda(n_components=6), train, rest).argmax(1) == rest.y).mean() > 0.85


@pytest.mark.parametrize("n_classes", [2, 3])
def test_powers_of_sources_are_decoded_in_the_tangent_space(pyriemann, n_classes):
    x, y = sources(n_classes=n_classes)
    train, rest = parts(x, y, 160)
    assert (predicted(TangentSpace(C=(0.01, 0.1), max_iter=1000), train, rest).argmax(1) == rest.y).mean() > 0.85


def test_responses_are_decoded_by_xdawn_but_not_by_covariances(pyriemann):
    x, y = evoked()
    train, rest = parts(x, y, 200)
    recalls = []
    for probe in (Xdawn(n_filters=2, C=0.1, max_iter=1000), TangentSpace(C=0.1, max_iter=1000)):
        right = predicted(probe, train, rest).argmax(1) == rest.y
        recalls.append(np.mean([right[rest.y == label].mean() for label in (0, 1)]))
    assert recalls[0] > 0.8
    assert recalls[1] < 0.7


def test_tangent_vectors_follow_their_definition(pyriemann):
    x, y = sources(n=60)
    train, rest = parts(x, y, 40)
    fitted = TangentSpace(C=0.1, max_iter=1000).fit(train, rest, np.random.default_rng(0))
    from sklearn.covariance import oas

    matrices = np.array([oas(window.T)[0] for window in x])
    mean = np.mean(matrices[:40], axis=0)
    for _ in range(50):  # the Riemannian mean by its fixed point
        root = linalg.sqrtm(mean)
        inverse = np.linalg.inv(root)
        mean = root @ linalg.expm(np.mean([linalg.logm(inverse @ one @ inverse) for one in matrices[:40]], 0)) @ root
    inverse = np.linalg.inv(linalg.sqrtm(mean))
    logs = np.array([linalg.logm(inverse @ one @ inverse) for one in matrices[40:]])
    first, second = np.triu_indices(5)
    expected = logs[:, first, second] * np.where(first == second, 1, np.sqrt(2))
    np.testing.assert_allclose(fitted.transform(x[40:]), expected, atol=1e-4)


def test_the_regression_is_that_of_the_linear_probe_on_the_features(pyriemann):
    x, y = sources()
    train, rest = parts(x, y, 160)
    fitted = TangentSpace(C=(0.001, 0.1), max_iter=1000).fit(train, rest, np.random.default_rng(0))
    features = Embeddings(fitted.transform(x).astype(np.float32), np.arange(len(x)))
    both = [Labelled(one.rows, one.y, features, one.encoder, one.store) for one in (train, rest)]
    theirs = Linear(C=(0.001, 0.1), max_iter=1000).fit(*both, np.random.default_rng(0))
    assert fitted.facts == theirs.facts
    np.testing.assert_allclose(fitted.probabilities(rest.rows), theirs.probabilities(rest.rows), atol=1e-4)


@pytest.mark.parametrize(
    "probe",
    [
        lambda: CspLda(n_components=3),
        lambda: TangentSpace(C=0.1, max_iter=500),
        lambda: Xdawn(n_filters=2, C=0.1, max_iter=500),
    ],
)
def test_windows_that_are_not_of_train_change_nothing_and_batches_neither(pyriemann, monkeypatch, probe):
    x, y = sources(n=90)
    train, rest = parts(x, y, 60)
    before = predicted(probe(), train, rest)
    monkeypatch.setattr(module, "AT_A_TIME", 7)
    np.testing.assert_allclose(predicted(probe(), train, rest), before, atol=1e-6)
    other = x.copy()
    other[80:] = 100 * np.random.default_rng(1).standard_normal(other[80:].shape)
    train, rest = parts(other, y, 60)
    none = Labelled(rest.rows[:0], rest.y[:0], rest.embeddings, rest.encoder, rest.store)
    found = probe().fit(train, none, np.random.default_rng(0)).probabilities(rest.rows[:20])
    np.testing.assert_allclose(found, before[:20], atol=1e-6)
    assert predicted(probe(), train, none).shape == (0, 2)


def test_fewer_channels_than_filters_are_enough(pyriemann):
    x, y = sources(n=60, n_channels=2)
    train, rest = parts(x, y, 40)
    for probe in (CspLda(n_components=6), Xdawn(n_filters=4, C=0.1, max_iter=500)):
        fitted = probe.fit(train, rest, np.random.default_rng(0))
        assert np.isfinite(fitted.probabilities(rest.rows)).all()
        assert fitted.network(description_of(train)) is None


def test_channels_with_a_common_average_reference_are_taken(pyriemann):
    x, y = sources()
    train, rest = parts(x - x.mean(1, keepdims=True), y, 160)
    for probe in (CspLda(n_components=4), TangentSpace(C=0.1, max_iter=1000)):
        assert (predicted(probe, train, rest).argmax(1) == rest.y).mean() > 0.8


def test_a_fit_that_does_not_converge_names_its_own_option(pyriemann):
    x, y = sources(n=60)
    train, rest = parts(x, y, 40)
    with pytest.raises(ProbeNotConvergedError, match=r"raise probe\.of\.tangent_space\.max_iter") as error:
        TangentSpace(C=1.0, max_iter=1).fit(train, rest, np.random.default_rng(0))
    assert error.value.option == "probe.of.tangent_space.max_iter"


@pytest.mark.parametrize(
    "build", [lambda: TangentSpace(C=0.1, max_iter=5), lambda: Xdawn(n_filters=2, C=0.1, max_iter=5)]
)
def test_without_pyriemann_the_command_that_installs_it_is_told(monkeypatch, build):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"needs the package pyriemann: pip install 'eegbench\[riemann\]'; or leave"):
        build()


def test_windows_that_cannot_be_taken_are_refused_before_training():
    x, y = sources(n=20)
    store = parts(x, y, 10)[0].store
    store.__dict__["_present"] = None
    CspLda(n_components=4).check("csp_lda", store)
    store.__dict__["trials"] = np.zeros(20)
    with pytest.raises(ValueError, match=r"probe=csp_lda .* crops of trials; set preprocessing=trial"):
        CspLda(n_components=4).check("csp_lda", store)
    store.__dict__.update(trials=np.arange(20), _present={})
    with pytest.raises(ValueError, match=r"some recordings lack channels; name the channels that all have"):
        CspLda(n_components=4).check("csp_lda", store)
    store.__dict__["form"] = Form({name: group_of(("a",), 100.0, 10) for name in ("eeg", "eog")}, "none")
    with pytest.raises(ValueError, match=r"several groups of signals; leave csp_lda out"):
        CspLda(n_components=4).check("csp_lda", store)
