"""Receptive fields and strides of layers over time, read from the layers themselves.

Time is the last axis. All modules with a ``kernel_size`` count as layers, in the order of their definition.
"""

from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Reach(NamedTuple):
    """Extent, stride and padding of a layer along time, in samples."""

    extent: int
    stride: int
    padding: int


def layers_over_time(network: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Yield convolutions and pools with their names, in the order of definition."""
    return ((name, layer) for name, layer in network.named_modules() if hasattr(layer, "kernel_size"))


def along_time(layer: nn.Module, size: str, otherwise: int = 1) -> int:
    """Return a size of a layer along time, such as its ``stride``, or the given value if the layer lacks it."""
    value: Any = getattr(layer, size, otherwise)
    return int(value[-1] if isinstance(value, tuple) else value)


def reach(layer: nn.Module) -> Reach:
    """Return the extent, stride and padding of a layer along time."""
    extent = (along_time(layer, "kernel_size") - 1) * along_time(layer, "dilation") + 1
    return Reach(extent, along_time(layer, "stride"), along_time(layer, "padding", 0))


def total_stride(network: nn.Module) -> int:
    """Return the number of samples from one output to the next."""
    return prod(reach(layer).stride for _, layer in layers_over_time(network))


def receptive_field(network: nn.Module, n_outputs: int = 1) -> int:
    """Return the receptive field of neighbouring outputs in samples; of one: 1 + Σ (kernel - 1) · earlier strides."""
    n = n_outputs
    for layer in _backwards(network):
        n = (n - 1) * layer.stride + layer.extent
    return n


def fewest_samples(network: nn.Module, n_outputs: int) -> int:
    """Return the length of the shortest window that gives the requested number of outputs; padding reduces it."""
    n = n_outputs
    for layer in _backwards(network):
        n = max(1, (n - 1) * layer.stride + layer.extent - 2 * layer.padding)
    return n


def steps_left(network: nn.Module, n_times: int) -> int:
    """Return the number of outputs of a window; 0 if it is too short."""
    for _, layer in layers_over_time(network):
        extent, stride, padding = reach(layer)
        n_times = max(0, (n_times + 2 * padding - extent) // stride + 1) if n_times else 0
    return n_times


def sliding(x: Float[Tensor, "batch dim n_steps"], length: int, step: int) -> Float[Tensor, "batch n_places flat_dim"]:
    """Return the inputs of a kernel of ``length`` steps, ``step`` apart, at each place, with time varying fastest."""
    n_places = x.shape[2] - (length - 1) * step
    # the backward pass through an unfolded tensor took 5 to 50 times as long
    seen = torch.stack([x.narrow(2, at * step, n_places) for at in range(length)], dim=2)
    return seen.permute(0, 3, 1, 2).flatten(2)


def _backwards(network: nn.Module) -> list[Reach]:
    return [reach(layer) for _, layer in layers_over_time(network)][::-1]
