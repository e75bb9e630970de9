"""Contract of every task in conf/task: finite sums, gradients, resume to the same bits, and shares that add up."""

import dataclasses
import math

import pandas as pd
import pytest
import torch
from ranks import in_processes
from shipped_task import CLASSES, DRAWS, N_TIMES, OPTIONS, SFREQ, fit, fit_all, made, steady
from small_training import loop

from eegbench.inference.description import Description
from eegbench.store.windows import Views, Windows
from eegbench.task import EmbeddingTask
from eegbench.trainer.ddp import Ddp
from eegbench.trainer.loop import Loop
from eegbench.trainer.schedule.constant import Constant


@pytest.fixture(params=OPTIONS)
def option(request):
    return request.param


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def batch(material, n=12):
    return material.store.views(material.draw(1), slice(0, n))


def test_sums_are_finite_and_answers_are_classes(option):
    task, encoder, material = made(option)
    outcome = task.loss(encoder, batch(material), chance())
    assert outcome.loss_sum.shape == ()
    assert torch.isfinite(outcome.loss_sum)
    assert float(outcome.n) > 0
    assert set(outcome.sums) == set(task.metrics)
    assert all(0 <= float(value) <= int(n) for value, n in outcome.sums.values())  # they are shares, all of them
    assert (outcome.answers is not None) == bool(task.classes)
    if outcome.answers is not None:
        assert len(outcome.answers.right) == len(outcome.answers.predicted) > 0
        assert set(outcome.answers.predicted.tolist()) <= set(range(len(task.classes)))


def test_gradients_reach_every_parameter_that_is_trained(option):
    task, encoder, material = made(option)
    task.loss(encoder, batch(material), chance()).loss_sum.backward()
    assert encoder.first.weight.grad.abs().sum() > 0
    groups = task.parameter_groups(encoder)
    trained = [parameter for group in groups for parameter in group.parameters]
    assert all(parameter.grad is not None for parameter in trained)
    wanted = {id(p) for module in (encoder, task) for p in module.parameters() if p.requires_grad}
    assert {id(p) for p in trained} == wanted
    assert len(trained) == len(wanted)


CANCELLED = {"relative_positioning": ["encoder.last.bias"], "mental_arithmetic": ["encoder.last.bias"]}
"""Parameters on which a task's loss cannot depend: constants that differences of embeddings cancel."""


def test_the_loss_depends_on_every_parameter(option):
    task, encoder, material = made(option, is_plain=True)
    task.loss(encoder, batch(material, 60), chance()).loss_sum.backward()
    parts = {"encoder": encoder, "task": task}
    named = {f"{part}.{name}": p for part, module in parts.items() for name, p in module.named_parameters()}
    still = [name for name, p in named.items() if p.requires_grad and not p.grad.abs().sum() > 0]
    assert still == CANCELLED.get(option, [])


SLOW_LEARNERS = {"barlow_twins": "barlow_twins", "moco": "moco task.n_queue=128"}
"""Tasks that need more passes to learn, with their words: a queue must be shorter than the 480 windows of a pass."""


def give_structure(material):
    """Give each class a rhythm of its own, the same in both channels, and let another rhythm grow in each recording."""
    windows = pd.concat([material.train, material.valid])
    t = torch.arange(N_TIMES) / SFREQ
    of_class = torch.stack([(2 * torch.pi * frequency * t).sin() for frequency in (2.0, 5.0)])
    growing = torch.from_numpy(windows["start_s"].to_numpy() / windows["start_s"].max()).float()
    signal = 3 * growing[:, None] * (2 * torch.pi * 8.0 * t).sin()
    signal += 2 * of_class[torch.tensor(windows["label"].tolist())]
    material.store.windows.mul_(0.3).add_(signal.unsqueeze(1))


@pytest.mark.slow
def test_the_loss_falls_on_data_with_structure(option, tmp_path):
    task, encoder, material = made(SLOW_LEARNERS.get(option, option))
    give_structure(material)
    n_passes = 24 if option in SLOW_LEARNERS else 8
    trainer = loop(batch_size=min(64, len(material.draw(1)) // 7), max_passes=n_passes)
    fitted = trainer.fit(encoder, task, material, folder=tmp_path, after_pass=lambda row: {})
    losses = fitted.history.set_index("pass")["train_loss"]
    assert losses[n_passes] < losses[2] - 0.01 * abs(losses[2])


FLOORS = {"relative_positioning": math.log(2), "temporal_shuffling": math.log(2), "cpc": math.log(32)}
"""Cross-entropy of guesses among the answers, below which no network can get where there is nothing to learn."""


@pytest.mark.slow
@pytest.mark.parametrize("name", FLOORS)
def test_questions_about_white_noise_of_another_recording_cannot_be_answered(name, tmp_path):
    task, encoder, material = made(name)
    fitted = loop(batch_size=64, max_passes=6).fit(encoder, task, material, folder=tmp_path, after_pass=lambda row: {})
    assert fitted.history["valid_loss"].min() > FLOORS[name] - 0.02


def test_evaluation_is_repeatable(option):
    task, encoder, material = made(option)
    task.eval()
    encoder.eval()
    first, second = (task.loss(encoder, batch(material), chance()) for _ in range(2))
    assert torch.equal(first.loss_sum, second.loss_sum)


def test_an_empty_share_of_a_batch_counts_nothing(option):
    task, encoder, material = made(option, is_plain=True)
    outcome = task.loss(encoder, batch(material, n=0), chance())
    assert float(outcome.n) == 0
    assert all(int(n) == 0 for _, n in outcome.sums.values())


def test_questions_about_embeddings_are_answered_example_by_example(option):
    task, encoder, material = made(option, is_plain=True)
    if not isinstance(task, EmbeddingTask):
        pytest.skip("it asks a batch as a whole")
    task.eval()
    views = batch(material)
    whole = task.loss(encoder, views, chance())
    alone = [
        task.loss(encoder, dataclasses.replace(views, index=views.index[i : i + 1], y=views.y[i : i + 1]), chance())
        for i in range(12)
    ]
    torch.testing.assert_close(sum(one.loss_sum for one in alone), whole.loss_sum, rtol=1e-5, atol=1e-5)
    assert sum(float(one.n) for one in alone) == pytest.approx(float(whole.n), rel=1e-6)


@pytest.mark.slow
def test_a_resumed_training_ends_with_the_same_bits(option, tmp_path):
    still = {"schedule": Constant(), "batch_size": 64}
    straight = fit(option, tmp_path / "straight", loop(max_passes=2, **still))
    fit(option, tmp_path / "cut", loop(max_passes=1, **still))
    resumed = fit(option, tmp_path / "cut", loop(max_passes=2, **still), seed=9)  # other weights: they are put back
    pd.testing.assert_frame_equal(straight["history"], resumed["history"])
    assert straight["weights"].keys() == resumed["weights"].keys()
    assert all(torch.equal(tensor, resumed["weights"][name]) for name, tensor in straight["weights"].items())


@pytest.fixture(scope="module")
def joint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("joint")
    return in_processes(fit_all, str(folder), Ddp)


AMPLIFIED = {"barlow_twins": 1e-3, "ts_tcc": 1e-4, "vicreg": 1e-4}
"""Bounds for tasks that divide by small deviations, which makes rounding errors larger."""

MOVED = 0.05
"""Largest difference between one and two processes, as a share of the largest change of a weight by training."""


@pytest.mark.slow
def test_two_processes_train_as_one(option, joint, tmp_path):
    if option in DRAWS:
        pytest.skip("each process draws what it hides")
    alone = fit(option, tmp_path, steady(Loop), is_plain=True)
    assert alone["history"]["train_loss"].notna().any()
    bound = AMPLIFIED.get(option, 1e-5)
    task, encoder, _ = made(option, is_plain=True)
    before = encoder.state_dict() | task.state_dict()
    moved = max((tensor - before[name]).abs().max() for name, tensor in alone["weights"].items())
    metrics = [name for name in alone["history"] if name.endswith(made(option)[0].metrics)]  # the nearest may be a tie
    for one in joint:
        pd.testing.assert_frame_equal(one[option]["history"][metrics], alone["history"][metrics], rtol=0, atol=5e-3)
        pd.testing.assert_frame_equal(
            one[option]["history"].drop(columns=metrics), alone["history"].drop(columns=metrics), rtol=bound, atol=bound
        )
        for name, tensor in alone["weights"].items():
            torch.testing.assert_close(one[option]["weights"][name], tensor, rtol=0, atol=bound)
        apart = [(one[option]["weights"][name] - tensor).abs().max() for name, tensor in alone["weights"].items()]
        assert max(apart) < MOVED * moved


def test_a_head_of_the_datasets_classes_has_a_row_for_each(option):
    task, encoder, material = made(option)
    known = Description(encoder={}, classes=CLASSES, form=material.store.form)
    network = task.network(encoder, known)
    assert network is None or len(network.weight) == len(CLASSES)


@pytest.mark.gpu
def test_a_gpu_gives_the_loss_and_the_gradient_of_the_cpu(option):
    if option in DRAWS:
        pytest.skip("each device draws what it hides")
    found = []
    for device in ("cpu", "cuda"):
        task, encoder, material = made(option, is_plain=True)
        views = batch(material)
        on_device = Views(
            Windows({name: x.to(device) for name, x in views.windows.x.items()}),
            views.index.to(device),
            views.y.to(device),
        )
        outcome = task.to(device).loss(encoder.to(device), on_device, torch.Generator(device))
        outcome.loss_sum.backward()
        found.append((outcome.loss_sum.detach().cpu(), encoder.first.weight.grad.cpu()))
    torch.testing.assert_close(found[1], found[0], rtol=1e-4, atol=1e-4)
