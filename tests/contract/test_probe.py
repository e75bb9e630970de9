"""Contract of every probe in conf/probe: probabilities of all classes, no chance but its generator's, no trace."""

import json

import numpy as np
import pytest
import torch
from labelled import description_of, encoded, given
from options import composed, shipped

from eegbench.config import build
from eegbench.probe import Labelled, Probe

pytestmark = pytest.mark.slow

PACKAGES = {"tangent_space": "pyriemann", "xdawn": "pyriemann"}
"""Modules that probes need and that need not be installed."""


@pytest.fixture(params=shipped("probe", PACKAGES))
def probe(request) -> Probe:
    if request.param in PACKAGES:
        pytest.importorskip(PACKAGES[request.param], reason="not installed: pip install 'eegbench[riemann]'")
    ((name, node),) = composed(f"probe={request.param}")["probe"]["of"].items()
    if "trainer" in node:
        node["trainer"]["max_passes"] = 10  # the windows differ clearly
    if "n_trees" in node:
        node["n_trees"] = 30
    return build(node, Probe, path=f"probe.of.{name}")


def fit(probe, train, valid, seed=0):
    return probe.fit(train, valid, np.random.default_rng(seed))


def test_probabilities_of_windows_never_seen_sum_to_one(probe):
    train, valid = encoded(n=600)
    classifier = fit(probe, train, valid)
    found = classifier.probabilities(valid.rows)
    assert found.shape == (200, 3)
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    assert (found.argmax(1) == valid.y).mean() > 0.5  # the windows differ by class


def test_rows_are_answered_in_the_order_they_are_asked(probe):
    train, valid = encoded()
    classifier = fit(probe, train, valid)
    forth, back = (classifier.probabilities(rows) for rows in (valid.rows, valid.rows[::-1].copy()))
    np.testing.assert_allclose(forth, back[::-1], atol=1e-6)


def test_a_class_that_train_does_not_hold_has_probability_0(probe):
    train, valid = encoded(n_classes=4)
    kept = train.y != 2
    train = Labelled(train.rows[kept], train.y[kept], train.embeddings, train.encoder, train.store)
    assert fit(probe, train, valid).probabilities(valid.rows)[:, 2].max() == 0.0


def test_the_same_generator_gives_the_same_numbers_whatever_was_drawn_elsewhere(probe):
    train, valid = encoded()
    first = fit(probe, train, valid).probabilities(valid.rows)
    torch.rand(7)
    np.testing.assert_array_equal(first, fit(probe, train, valid).probabilities(valid.rows))


def test_the_encoder_its_mode_and_the_generators_of_the_run_are_left_as_they_were(probe):
    train, valid = encoded()
    encoder = train.encoder
    next(encoder.parameters()).requires_grad_(False)
    before = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}
    modes = [(module.training, [p.requires_grad for p in module.parameters()]) for module in encoder.modules()]
    random_state = torch.get_rng_state()
    fit(probe, train, valid).probabilities(valid.rows)
    assert all(torch.equal(before[name], tensor) for name, tensor in encoder.state_dict().items())
    assert modes == [(m.training, [p.requires_grad for p in m.parameters()]) for m in encoder.modules()]
    assert all(parameter.grad is None for parameter in encoder.parameters())
    assert torch.equal(random_state, torch.get_rng_state())


def test_a_network_to_save_gives_the_same_probabilities(probe):
    train, valid = encoded()
    classifier = fit(probe, train, valid)
    expected, network = classifier.probabilities(valid.rows), classifier.network(description_of(train))
    if network is not None:
        windows = train.store.gather(valid.rows)
        with torch.no_grad():
            found = network.eval()(windows).softmax(dim=1).numpy()
        np.testing.assert_allclose(found, expected, atol=1e-5)
        assert network.classes == train.classes


def test_what_a_fit_tells_of_itself_can_be_written_down(probe):
    facts = dict(fit(probe, *encoded()).facts)
    assert json.loads(json.dumps(facts)) == facts


def test_nobody_needs_to_validate(probe):
    train, valid = encoded()
    none = Labelled(valid.rows[:0], valid.y[:0], train.embeddings, train.encoder, train.store)
    assert np.isfinite(fit(probe, train, none).probabilities(valid.rows)).all()


@pytest.mark.parametrize(("n", "n_there"), [(0, 0), (20, 1)])
def test_too_few_classes_in_train_are_refused_with_what_to_change(probe, n, n_there):
    train, valid = encoded()
    few = Labelled(train.rows[:n], np.zeros(n, np.int64), train.embeddings, train.encoder, train.store)
    with pytest.raises(ValueError, match=f"has {n_there} of 3 classes.*split.seed"):
        fit(probe, few, valid)


def test_embeddings_that_are_no_numbers_are_refused_where_they_are_read(probe):
    if probe.needs != "embeddings":
        pytest.skip("it is given no embeddings")
    train = given(np.full((9, 4), np.nan), np.arange(9) % 3, 3)
    with pytest.raises(ValueError, match="of train contain NaN or infinite values"):
        fit(probe, train, train)
