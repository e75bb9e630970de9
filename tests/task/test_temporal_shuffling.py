"""A logistic regression on the differences between the third window and the anchors."""

import numpy as np
import torch

from eegbench.sampler.base import arrange
from eegbench.task.temporal_shuffling import TemporalShuffling

LAYOUT = arrange({"anchor": (2,), "third": ()})


def task(embed_dim):
    torch.manual_seed(0)
    return TemporalShuffling(embed_dim=embed_dim, layout=LAYOUT, dropout=0.0)


def test_loss_and_answers_are_those_computed_by_hand():
    asked = task(3)
    z = torch.tensor([[0.0, 1.0, 2.0], [1.0, -1.0, 0.5], [2.0, 2.0, 2.0], [0.3, 0.1, -0.2]])
    index, y = torch.tensor([[0, 1, 2], [3, 0, 1]]), torch.tensor([1, 0])
    weight, bias = (p.detach().double().numpy() for p in (asked.head[1].weight[0], asked.head[1].bias))
    losses, called = [], []
    for (first, second, third), target in zip(index.tolist(), y.tolist(), strict=True):
        h = z.double().numpy()
        logit = np.concatenate([abs(h[first] - h[third]), abs(h[third] - h[second])]) @ weight + bias[0]
        losses.append(np.log1p(np.exp(-logit if target else logit)))
        called.append(int(logit > 0))
    outcome = asked.judge(z, index, y)
    np.testing.assert_allclose(outcome.loss_sum.item(), sum(losses), rtol=1e-6)
    assert outcome.answers.predicted.tolist() == called


def test_anchors_that_change_places_swap_the_features_of_the_head():
    asked = task(3)
    z, y = torch.randn(3, 3), torch.tensor([1])
    forward = asked.judge(z, torch.tensor([[0, 1, 2]]), y)
    with torch.no_grad():
        asked.head[1].weight.copy_(asked.head[1].weight.roll(3, dims=1))
    backward = asked.judge(z, torch.tensor([[1, 0, 2]]), y)
    torch.testing.assert_close(forward.loss_sum, backward.loss_sum)


def test_the_head_has_201_weights_on_embeddings_of_100():
    assert sum(p.numel() for p in task(100).parameters()) == 201
