"""Differences between classes in the data themselves, for comparison with a map of what the network uses."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.interpretability.base import Scene

Counts = Float[Tensor, "n_classes n_channels 1"]
Sums = tuple[Counts, Float[Tensor, "n_classes *bins"], Float[Tensor, "n_classes *bins"]]
"""Number of windows with the channel, sum and sum of squares."""


def class_difference(scene: Scene) -> Float[np.ndarray, "n_classes n_channels n_freqs"]:
    """Return the difference in amplitude between each class and all other labelled windows, in standard deviations.

    That is Cohen's d of ``|rfft(x)|``: the difference of means over the pooled standard deviation of the two groups.
    Frequencies are those of the scene's pass band. A channel is compared in the windows that have it.

    Returns
    -------
    np.ndarray
        0 if amplitudes do not vary; NaN where a class has no window with the channel, or all such windows.
    """
    n, total, squares = _sums(scene)
    here = _deviation(n, total, squares)
    rest = _deviation(n.sum(0) - n, total.sum(0) - total, squares.sum(0) - squares)
    free = (n.sum(0) - 2).clamp_min(1)
    spread = ((here[1] + rest[1]) / free).sqrt()
    difference = torch.where(spread > 0, (here[0] - rest[0]) / spread, 0.0)
    known = (n > 0) & (n < n.sum(0))
    return torch.where(known, difference, torch.nan).cpu().numpy()[..., scene.passed]


def _sums(scene: Scene) -> Sums:
    n_classes = len(scene.classes)
    zero = torch.zeros(n_classes, 1, 1, dtype=torch.float64, device=scene.device)
    n = total = squares = zero
    for part in scene.parts():
        x = scene.gather(part)
        labels = torch.from_numpy(scene.labels[part]).to(x.device)
        member = nn.functional.one_hot(labels + 1, n_classes + 1)[:, 1:].double()  # nobody's windows are in no class
        there = scene.there[part]
        amplitudes = torch.fft.rfft(x).abs().double() * there[:, :, None]
        n = n + (member.T @ there)[:, :, None]
        total = total + torch.einsum("bk,bcf->kcf", member, amplitudes)
        squares = squares + torch.einsum("bk,bcf->kcf", member, amplitudes.square())
    return n, total, squares


def _deviation(
    n: Counts, total: Float[Tensor, "n_classes *bins"], squares: Float[Tensor, "n_classes *bins"]
) -> tuple[Float[Tensor, "n_classes *bins"], Float[Tensor, "n_classes *bins"]]:
    """Return the mean, and the sum of squared deviations from it."""
    at_least_one = n.clamp_min(1)
    mean = total / at_least_one
    return mean, (squares - at_least_one * mean.square()).clamp_min(0)
