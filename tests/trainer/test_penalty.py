"""Penalties on weights: the published sums, over the selected parameters."""

import pytest
import torch
from joint_work import fit
from small_training import loop, modules
from torch import nn

from eegbench.trainer.penalty.l1 import L1
from eegbench.trainer.penalty.l2 import L2


def parameters(*modules):
    return [
        (f"{prefix}.{name}", p)
        for prefix, m in zip(("encoder", "task"), modules, strict=True)
        for name, p in m.named_parameters()
    ]


def test_they_are_sums_over_all_trainable_parameters_but_those_left_out():
    encoder, task = modules()
    n_weights = 20 * 8 + 8 + 8 * 4 + 4  # of two layers and a batch norm, and of the head on four differences
    for name, p in parameters(encoder, task):
        nn.init.constant_(p, 100.0 if "bias" in name else -3.0)
    one, two = (kind(factor=0.5, leave_out=("bias",))(encoder, task).item() for kind in (L1, L2))
    assert one == pytest.approx(0.5 * 3 * n_weights)
    assert two == pytest.approx(0.5 * 9 / 2 * n_weights)


def test_frozen_parameters_are_left_out_and_nothing_left_is_refused():
    encoder, task = modules()
    encoder.requires_grad_(False)
    assert L2(factor=1.0, leave_out=())(encoder, task) == L2(factor=1.0, leave_out=("encoder.",))(encoder, task)
    with pytest.raises(ValueError, match=r"leave_out=\['task'\] excludes all trainable parameters"):
        L2(factor=1.0, leave_out=("task",))(encoder, task)


def test_weights_stay_smaller_and_the_history_tells_the_loss_of_the_task(tmp_path):
    free = fit(tmp_path / "free", loop())
    held = fit(tmp_path / "held", loop(penalties={"l2": L2(factor=10.0, leave_out=("bias",))}))
    size = [sum(t.square().sum().item() for n, t in one["weights"].items() if "weight" in n) for one in (free, held)]
    assert size[1] < size[0]
    assert held["fit"].history["train_loss"].iloc[-1] < 2


def test_the_gradient_of_half_the_squares_is_the_weight():
    weight = torch.nn.Parameter(torch.randn(5))
    L2(factor=1.0, leave_out=()).of(weight).backward()
    assert torch.equal(weight.grad, weight.detach())
