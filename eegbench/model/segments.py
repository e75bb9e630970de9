"""Convolutions over time as products of overlapping segments with the filters at each position in them.

A segment holds the samples that several neighbouring outputs see. So one product of large matrices makes all outputs,
at the rate that processors reach for these alone, and the gradient is two more.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.functional import linear, pad


def filtered(
    x: Float[Tensor, "n_signals n_times n_in"], convolution: nn.Conv2d, at_once: int
) -> Float[Tensor, "n_signals n_outputs n_filters"]:
    """Return ``convolution(x)`` as a product of segments with the filters at each position in them.

    Parameters
    ----------
    x
        Signals with all channels of one time side by side, padded as the convolution wants it.
    convolution
        Over time, from ``n_in`` channels.
    at_once
        Outputs of one segment. More means fewer segments and larger products, of which more is zeros.
    """
    _, n_times, n_in = x.shape
    kernel, n_filters = convolution.kernel_size[1], convolution.out_channels
    n_outputs = n_times - kernel + 1
    x = pad(x, (0, 0, 0, -n_outputs % at_once))
    # channels side by side are one signal, over which the filters move by n_in samples
    width, step = (kernel + at_once - 1) * n_in, at_once * n_in
    weight = convolution.weight[:, :, 0].transpose(1, 2).flatten(1)
    at_each = at_each_position(weight, at_once, n_in)
    bias = None if convolution.bias is None else convolution.bias.repeat(at_once)
    outputs = linear(_Segments.apply(x.flatten(1), width, step), at_each, bias)  # type: ignore[no-untyped-call]
    return outputs.unflatten(2, (at_once, n_filters)).flatten(1, 2)[:, :n_outputs]


def at_each_position(
    weight: Float[Tensor, "n_filters kernel"], n_positions: int, step: int = 1
) -> Float[Tensor, "n_outputs width"]:
    """Return filters at each position in a segment, position by position, a step of samples apart."""
    return torch.cat([pad(weight, (at * step, (n_positions - 1 - at) * step)) for at in range(n_positions)])


class _Segments(torch.autograd.Function):
    """Cut signals into overlapping segments; torch's own way back from there takes several times as long."""

    @staticmethod
    def forward(ctx: Any, signals: Tensor, width: int, step: int) -> Tensor:
        ctx.form = signals.shape, width, step
        return signals.unfold(1, width, step).contiguous()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return overlap_add(gradient, *ctx.form), None, None


def overlap_add(
    to_segments: Float[Tensor, "n_signals n_segments n"], shape: torch.Size, width: int, step: int
) -> Float[Tensor, "n_signals n_times"]:
    """Add up what the first numbers of segments, as many as their width, say about the samples that they share."""
    n_signals, n_segments, _ = to_segments.shape
    n_steps = -(-width // step)
    total = torch.zeros(n_signals, n_segments + n_steps, step, device=to_segments.device)
    for number in range(n_steps):
        part = to_segments[:, :, number * step : min((number + 1) * step, width)]
        total[:, number : number + n_segments, : part.shape[2]] += part
    return pad(total.flatten(1), (0, max(0, shape[1] - total[0].numel())))[:, : shape[1]]
