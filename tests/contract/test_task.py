"""What every task keeps, whichever it is: one finite loss, an answer an example, gradients to the encoder."""

from pathlib import Path

import pytest
import torch
from forms import windows_of
from options import node_of
from torch import nn

from eegbench.config import build, conf_folder
from eegbench.model.base import SignalEncoder
from eegbench.store.windows import Views
from eegbench.task import Task

OPTIONS = sorted((conf_folder() / "task").glob("*.yaml"))
N_VIEWS = {"cropped": 1, "mental_arithmetic": 2, "relative_positioning": 2, "supervised": 1}


class Plain(SignalEncoder):
    embed_dim = 6
    is_mean_of_tokens = True  # of the only one

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(20, 6)

    def features(self, x):
        return self.embed(x).unsqueeze(1)

    def embed(self, x):
        return self.layer(x.flatten(1))


@pytest.fixture(params=OPTIONS, ids=lambda path: path.stem)
def option(request) -> Path:
    return request.param


def made(option):
    return build(node_of(option), Task, embed_dim=6, class_names=("a", "b"))


def views(option, n=12):
    generator = torch.Generator().manual_seed(0)
    index = torch.randint(0, 9, (n, N_VIEWS[option.stem]), generator=generator)
    return Views(
        windows_of(torch.randn(9, 2, 10, generator=generator)), index, torch.randint(0, 2, (n,), generator=generator)
    )


def test_a_task_says_how_many_views_its_test_needs(option):
    assert option.stem in N_VIEWS, f"add {option.stem} to N_VIEWS"


def test_the_loss_is_one_finite_number_and_every_example_gets_an_answer(option):
    task, batch = made(option), views(option)
    outcome = task(Plain(), batch)
    assert outcome.loss_sum.shape == ()
    assert torch.isfinite(outcome.loss_sum)
    assert set(outcome.sums) == set(task.metrics)
    assert outcome.answers.predicted.shape == (12,)
    assert set(outcome.answers.predicted.tolist()) <= set(range(len(task.classes)))


def test_gradients_reach_head_and_encoder(option):
    task, encoder = made(option), Plain()
    task(encoder, views(option)).loss_sum.backward()
    assert encoder.layer.weight.grad.abs().sum() > 0
    assert all(parameter.grad is not None for parameter in task.parameters())


def test_evaluation_is_repeatable(option):
    task, encoder = made(option).eval(), Plain().eval()
    first, second = (task(encoder, views(option)) for _ in range(2))
    assert torch.equal(first.loss_sum, second.loss_sum)
