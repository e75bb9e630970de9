"""What every task keeps, whichever it is: one finite loss, an answer an example, gradients to the encoder."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from forms import windows_of
from options import node_of, sampler_of
from torch import nn

from eegbench.config import build, conf_folder
from eegbench.model.base import SignalEncoder
from eegbench.sampler import Sampler
from eegbench.store.batching import distinct_windows
from eegbench.store.windows import Views
from eegbench.task import Task

OPTIONS = sorted((conf_folder() / "task").glob("*.yaml"))


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


def sampler(option):
    return build(node_of(sampler_of(option)), Sampler)


def made(option):
    return build(node_of(option), Task, embed_dim=6, class_names=("a", "b"), layout=sampler(option).layout)


def views(option):
    """Return the first examples that the task's sampler draws of two recordings."""
    windows = np.arange(240)
    table = pd.DataFrame({"recording": windows // 120, "start_s": 30.0 * (windows % 120), "label": windows // 7 % 2})
    draw = sampler(option).draw(table.assign(rejected=False), np.random.default_rng(0))
    distinct, index = distinct_windows(draw.windows[:12])
    x = torch.randn(len(distinct), 2, 10, generator=torch.Generator().manual_seed(0))
    return Views(windows_of(x), torch.from_numpy(index), torch.from_numpy(draw.targets[:12]))


def test_the_loss_is_one_finite_number_and_every_example_gets_an_answer(option):
    task, batch = made(option), views(option)
    outcome = task(Plain(), batch)
    assert outcome.loss_sum.shape == ()
    assert torch.isfinite(outcome.loss_sum)
    assert set(outcome.sums) == set(task.metrics)
    assert outcome.answers.predicted.shape == outcome.answers.right.shape
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
