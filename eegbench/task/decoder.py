"""Decoders from embeddings to the signals of windows, and their losses."""

from collections.abc import Mapping
from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from eegbench.store.windows import Windows
from eegbench.task.outcome import Outcome
from eegbench.types import Form

Target = Literal["samples", "spectrum"]
"""Quantity that is predicted: samples, or Fourier coefficients."""


class Decoder(nn.Module):
    """A perceptron with one hidden layer from embeddings to numbers for each group of signals.

    Parameters
    ----------
    in_dim, hidden_dim
        Number of inputs and of hidden units.
    shapes
        Shape of the output of each group.
    """

    def __init__(self, in_dim: int, hidden_dim: int, shapes: Mapping[str, tuple[int, ...]]) -> None:
        super().__init__()
        self.shapes = dict(shapes)
        self.hidden = nn.Sequential(nn.Linear(in_dim, hidden_dim), nn.ReLU())
        self.outputs = nn.ModuleDict(
            {name: nn.Linear(hidden_dim, torch.Size(shape).numel()) for name, shape in shapes.items()}
        )

    def forward(self, z: Float[Tensor, "n in_dim"]) -> dict[str, Tensor]:
        """Return the outputs of each group (n, *shape)."""
        h = self.hidden(z)
        return {name: self.outputs[name](h).unflatten(1, shape).float() for name, shape in self.shapes.items()}


def signal_shapes(form: Form) -> dict[str, tuple[int, int]]:
    """Return the number of channels and of samples of each group."""
    return {name: (group.n_channels, group.n_times) for name, group in form.groups.items()}


def channel_mask(windows: Windows, name: str) -> Bool[Tensor, "n n_channels"]:
    """Return whether each window has each channel of a group."""
    x = windows.x[name]
    return (
        torch.ones(x.shape[:2], dtype=torch.bool, device=x.device) if windows.present is None else windows.present[name]
    )


def reconstruction(errors: Mapping[str, Float[Tensor, "n *shape"]], counted: Mapping[str, Tensor]) -> Outcome:
    """Return the mean error of each window over the counted numbers of all groups.

    Parameters
    ----------
    errors
        Squared errors of each group.
    counted
        Mask of the numbers that count in each group, of a shape that broadcasts to that of the errors. Windows without
        any do not count.
    """
    masks = {name: mask.expand_as(errors[name]).flatten(1) for name, mask in counted.items()}
    total = sum(torch.where(mask, errors[name].flatten(1), 0.0).sum(1) for name, mask in masks.items())
    n_numbers = sum(mask.sum(1) for mask in masks.values())
    assert isinstance(total, Tensor)
    assert isinstance(n_numbers, Tensor)
    return Outcome((total / n_numbers.clamp_min(1)).double().sum(), (n_numbers > 0).sum())
