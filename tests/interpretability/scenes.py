"""Small scenes: windows in memory, and networks whose maps are known."""

import numpy as np
import torch
from forms import group_of
from torch import nn

from eegbench.interpretability.base import Scene


def scene_of(network, windows, labels=None, *, sfreq=16.0, n_classes=None) -> Scene:
    x = torch.as_tensor(windows)
    n_classes = n_classes or network.eval()(x[:1]).shape[1]
    channels = tuple(f"C{i}" for i in range(x.shape[1]))
    return Scene(
        network=network.eval(),
        gather=x.__getitem__,
        labels=np.arange(len(x)) % n_classes if labels is None else labels,
        classes=tuple(f"class {k}" for k in range(n_classes)),
        group=group_of(channels, sfreq, x.shape[2]),
    )


def noise(*shape, seed=0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


class LinearScores(nn.Module):
    """A score for each output: a weight a sample, and a bias."""

    def __init__(self, weight, bias=0.0):
        super().__init__()
        self.register_buffer("weight", weight)
        self.bias = bias

    def forward(self, x):
        return torch.einsum("bct,kct->bk", x, self.weight) + self.bias


class SmoothScores(nn.Module):
    """Softplus of filtered windows, averaged: as bent as networks are, and differentiable everywhere."""

    def __init__(self, n_channels=3, n_outputs=2):
        super().__init__()
        weights = torch.from_numpy(np.random.default_rng(7).normal(size=(4, n_channels, 5))), torch.eye(n_outputs, 4)
        self.filters, self.head = nn.Parameter(weights[0]), nn.Parameter(weights[1].double())

    def forward(self, x):
        return nn.functional.softplus(nn.functional.conv1d(x, self.filters)).mean(2) @ self.head.T
