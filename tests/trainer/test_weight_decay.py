"""Weight decay applies to all parameters, or to weights only."""

import functools

import numpy as np
import pytest
import torch
from forms import group_of
from options import CONF, node_of
from small_training import loop, material, modules
from torch import nn

from eegbench.config import build
from eegbench.model.base import Encoder
from eegbench.task import ParameterGroup
from eegbench.task.supervised import Supervised
from eegbench.trainer.schedule.constant import Constant
from eegbench.trainer.weight_decay import parameter_groups
from eegbench.types import Form

SMALL = {"n_chunks": 2, "dim": 8, "n_layers": 1, "n_heads": 2, "hidden_dim": 4}


def transformer(positions):
    places = np.array([[0, 0.07, 0.05], [0, -0.09, 0.0]])
    form = Form({"eeg": group_of(("Fz", "Oz"), 100.0, 20, places)}, "none")
    options = node_of(CONF / "model/eeg_transformer.yaml") | SMALL | {"positions": positions}
    encoder = build(options, Encoder, form=form)
    known = {"class_names": ("a", "b"), "class_counts": (1, 1), "form": form, "class_weights": "none"}
    return encoder, Supervised(embed_dim=4, dropout=0.0, augmentations={}, **known)


def names(group, encoder, task):
    known = {id(p): name for module in (encoder, task) for name, p in module.named_parameters()}
    return {known[id(parameter)] for parameter in group.parameters}


WEIGHTS = {
    "projection.weight",
    "layers.0.attention.qkv.weight",
    "layers.0.attention.out.weight",
    "layers.0.feed_forward.0.weight",
    "layers.0.feed_forward.2.weight",
    "hidden.weight",
    "head.1.weight",
}


@pytest.mark.parametrize(
    ("positions", "of_positions"),
    [("learned", set()), ("electrodes", {"positions.of_place.0.weight", "positions.of_place.2.weight"})],
)
def test_biases_norms_positions_and_the_class_token_are_no_weights(positions, of_positions):
    encoder, task = transformer(positions)
    weights, others = parameter_groups(encoder, task, "weights")
    assert names(weights, encoder, task) == WEIGHTS | of_positions
    assert {"class_token", "batch_norm.weight", "norm.weight", "head.1.bias"} < names(others, encoder, task)
    assert (weights.weight_decay, others.weight_decay) == (None, 0.0)
    n = sum(1 for module in (encoder, task) for _ in module.parameters())
    assert len(weights.parameters) + len(others.parameters) == n


def test_all_is_the_groups_of_the_task():
    encoder, task = transformer("learned")
    (group,) = parameter_groups(encoder, task, "all")
    assert [id(p) for p in group.parameters] == [id(p) for m in (encoder, task) for p in m.parameters()]


def test_a_group_keeps_its_own_decay_for_its_weights_and_its_factor_for_all(monkeypatch):
    encoder, task = transformer("learned")
    own = [ParameterGroup(list(encoder.parameters()), 0.5, 0.7)]
    monkeypatch.setattr(task, "parameter_groups", lambda encoder: own)
    weights, others = parameter_groups(encoder, task, "weights")
    assert (weights.weight_decay, others.weight_decay) == (0.7, 0.0)
    assert weights.lr_factor == others.lr_factor == 0.5


def test_frozen_weights_leave_no_empty_group():
    encoder, task = transformer("learned")
    for parameter in [*encoder.parameters(), task.linear.weight]:
        parameter.requires_grad_(False)
    (group,) = parameter_groups(encoder, task, "weights")
    assert names(group, encoder, task) == {"head.1.bias"}
    assert group.weight_decay == 0.0


def trained(folder, decayed, weight_decay):
    optimizer = functools.partial(torch.optim.AdamW, weight_decay=weight_decay)
    encoder, task = modules()
    trainer = loop(decayed=decayed, optimizer=optimizer, lr=1e-4, max_passes=1, final="last")
    trainer.fit(encoder, task, material(), folder=folder, after_pass=lambda row: {})
    return encoder


def norms(encoder):
    return encoder.first.weight.norm().item(), encoder.norm.weight.norm().item()


def test_decay_shrinks_weights_and_leaves_a_norm_as_it_would_be_without(tmp_path):
    none = norms(trained(tmp_path / "none", "all", 0.0))
    weights = norms(trained(tmp_path / "weights", "weights", 100.0))
    everything = norms(trained(tmp_path / "all", "all", 100.0))
    assert weights[0] == pytest.approx(everything[0], rel=1e-3)
    assert weights[0] < 0.98 * none[0]
    assert weights[1] == pytest.approx(none[1], rel=1e-3)
    assert everything[1] < 0.98 * none[1]


def test_a_training_whose_weights_decay_resumes_to_the_same_bits(tmp_path):
    def fit(folder, max_passes):
        encoder, task = modules()
        optimizer = functools.partial(torch.optim.AdamW, weight_decay=1.0)
        trainer = loop(decayed="weights", optimizer=optimizer, schedule=Constant(), final="last", max_passes=max_passes)
        trainer.fit(encoder, task, material(), folder=tmp_path / folder, after_pass=lambda row: {})
        return nn.utils.parameters_to_vector(encoder.parameters())

    fit("parted", 2)
    assert torch.equal(fit("parted", 4), fit("whole", 4))
