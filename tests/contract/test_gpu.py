"""Every task, model and sequence encoder gives on a GPU what it gives on a CPU.

Tolerances, in float32 without TF32: losses and outputs differ by at most 1e-4 of the largest value, gradients by 1e-3,
and the losses of two passes of training by 1e-3. The same comparisons run on the CPU, where nothing may differ.
"""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from contract.test_model import OPTIONS as MODELS
from contract.test_model import encoder, need_package, windows
from options import shipped
from shipped_task import OPTIONS as TASKS
from shipped_task import fit, made, steady

from eegbench.config import build, conf_folder
from eegbench.config.plain import read_plain
from eegbench.model.sequence import SequenceEncoder
from eegbench.store.windows import Windows
from eegbench.trainer.loop import Loop

OUTPUT, GRADIENT, TRAINING = 1e-4, 1e-3, 1e-3


@pytest.fixture(params=[pytest.param("cpu", marks=pytest.mark.slow), pytest.param("cuda", marks=pytest.mark.gpu)])
def device(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "cuda":
        if not torch.cuda.is_available():
            pytest.skip("there is no GPU")
        monkeypatch.setattr(torch.backends.cuda.matmul, "allow_tf32", False)
        monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    return request.param


def assert_close(found: torch.Tensor, expected: torch.Tensor, device: str, tolerance: float) -> None:
    scale = max(float(expected.abs().max()), 1e-12)
    allowed = 0.0 if device == "cpu" else tolerance * scale
    assert float((found.cpu() - expected).abs().max()) <= allowed


def asked(option: str, device: str) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """Return a task's mean loss of a batch, and the gradients of all parameters."""
    task, model, material = made(option, is_plain=True, device=device)
    views = material.store.views(material.draw(1), slice(0, 24))
    outcome = task.loss(model, views, torch.Generator(device).manual_seed(0))
    loss = outcome.loss_sum / outcome.n
    loss.backward()
    named = [*model.named_parameters(), *task.named_parameters()]
    return loss.detach(), {name: p.grad for name, p in named if p.grad is not None}


@pytest.mark.parametrize("option", TASKS)
def test_a_task_has_the_same_loss_and_gradients(option: str, device: str) -> None:
    loss, gradients = asked(option, device)
    expected, theirs = asked(option, "cpu")
    assert loss.device.type == device
    assert_close(loss, expected, device, OUTPUT)
    assert gradients.keys() == theirs.keys()
    for name, gradient in gradients.items():
        assert_close(gradient, theirs[name], device, GRADIENT)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("option", TASKS)
def test_training_takes_the_same_course(option: str, tmp_path: Path) -> None:
    found = fit(option, tmp_path / "found", steady(Loop), is_plain=True, device="cuda")["history"]
    expected = fit(option, tmp_path / "expected", steady(Loop), is_plain=True)["history"]
    for column in ("train_loss", "valid_loss"):
        np.testing.assert_allclose(found[column][1:], expected[column][1:].astype(float), rtol=TRAINING, atol=0)


@pytest.mark.parametrize("option", MODELS)
def test_a_model_has_the_same_embeddings_and_gradients(option: str, device: str) -> None:
    need_package(option)
    model, given = encoder(option, 2, 3000, 100.0).eval(), windows(option, 4, 2, 3000)
    other = copy.deepcopy(model).to(device)
    features = {name: one.to(device) for name, one in given.features.items()}
    moved = Windows({name: x.to(device) for name, x in given.x.items()}, None, features)
    found, expected = other(moved), model(given)
    assert_close(found.detach(), expected.detach(), device, OUTPUT)
    if not list(model.parameters()):
        return
    found.square().mean().backward()
    expected.square().mean().backward()
    for ours, theirs in zip(other.parameters(), model.parameters(), strict=True):
        assert_close(ours.grad, theirs.grad, device, GRADIENT)


@pytest.mark.parametrize("option", shipped("model/sequence"))
def test_a_sequence_encoder_has_the_same_outputs(option: str, device: str) -> None:
    node = read_plain(conf_folder() / "model" / "sequence" / f"{option}.yaml")
    torch.manual_seed(0)
    model = build(node, SequenceEncoder, in_dim=8).eval()
    z, present = torch.randn(3, 7, 8), torch.ones(3, 7, dtype=torch.bool)
    present[0, 5:], present[1, :2] = False, False
    found = copy.deepcopy(model).to(device)(z.to(device), present.to(device))
    assert_close(found.detach(), model(z, present).detach(), device, OUTPUT)
