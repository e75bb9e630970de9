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

from eegbench.model.moments import sums_of_products


def filtered(
    x: Float[Tensor, "n_signals n_times n_in"], convolution: nn.Conv2d, at_once: int
) -> Float[Tensor, "n_signals n_outputs n_filters"]:
    """Return ``convolution(x)`` as a product of segments with the filters at each position in them.

    Parameters
    ----------
    x
        Signals with all channels of one time side by side.
    convolution
        Over time, from ``n_in`` channels; its padding counts.
    at_once
        Outputs of one segment. More means fewer segments and larger products, of which more is zeros.
    """
    x, weight, padding = x.to(product_dtype(x)), convolution.weight[:, :, 0], int(convolution.padding[1])
    outputs: Tensor = _Filtered.apply(x, weight, convolution.bias, padding, at_once)  # type: ignore[no-untyped-call]
    return outputs


def product_dtype(x: Tensor) -> torch.dtype:
    """Return the numbers that products are made of: those of automatic mixed precision where it is on."""
    device = x.device.type
    return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else x.dtype


class _Filtered(torch.autograd.Function):
    """The gradient of the signals is such a product too, of the outputs' with the filters turned round."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, padding: int, at_once: int) -> Tensor:
        segments = _segments(x, weight.shape[2], padding, at_once)
        ctx.save_for_backward(segments, weight)
        ctx.form = padding, at_once
        return _outputs(segments, weight, at_once, bias)[:, : x.shape[1] + 2 * padding - weight.shape[2] + 1]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        segments, weight = ctx.saved_tensors
        (padding, at_once), kernel = ctx.form, weight.shape[2]
        turned = _segments(gradient, kernel, kernel - 1 - padding, at_once)
        n_times = gradient.shape[1] + kernel - 1 - 2 * padding
        to_x = _outputs(turned, weight.flip(2).transpose(0, 1), at_once)[:, :n_times]
        n_more = segments.shape[1] * at_once - gradient.shape[1]
        by_segment = pad(gradient, (0, 0, 0, n_more)).view(-1, at_once * len(weight))
        to_at_each = sums_of_products(by_segment, segments.flatten(0, 1), 2, torch.float32)
        n_in = weight.shape[1]
        to_weight = at_any_position(to_at_each, at_once, kernel * n_in, n_in).unflatten(1, (kernel, n_in))
        return to_x, to_weight.transpose(1, 2), gradient.float().sum((0, 1)), None, None


def _segments(
    x: Float[Tensor, "n_signals n_times n_in"], kernel: int, padding: int, at_once: int
) -> Float[Tensor, "n_signals n_segments width"]:
    """Cut padded signals into overlapping segments of all samples that ``at_once`` outputs see."""
    n_in = x.shape[2]
    n_outputs = x.shape[1] + 2 * padding - kernel + 1
    x = pad(x, (0, 0, padding, padding + -n_outputs % at_once))
    # channels side by side are one signal, over which the filters move by n_in samples
    return x.flatten(1).unfold(1, (kernel + at_once - 1) * n_in, at_once * n_in).contiguous()


def _outputs(
    segments: Float[Tensor, "n_signals n_segments width"],
    weight: Float[Tensor, "n_filters n_in kernel"],
    at_once: int,
    bias: Float[Tensor, "n_filters"] | None = None,
) -> Float[Tensor, "n_signals n_outputs n_filters"]:
    at_each = at_each_position(weight.transpose(1, 2).flatten(1), at_once, weight.shape[1])
    repeated = None if bias is None else bias.repeat(at_once).to(segments.dtype)
    outputs = linear(segments, at_each.to(segments.dtype), repeated)
    return outputs.unflatten(2, (at_once, len(weight))).flatten(1, 2)


def at_each_position(
    weight: Float[Tensor, "n_filters kernel"], n_positions: int, step: int = 1
) -> Float[Tensor, "n_outputs width"]:
    """Return filters at each position in a segment, position by position, a step of samples apart."""
    return torch.cat([pad(weight, (at * step, (n_positions - 1 - at) * step)) for at in range(n_positions)])


def at_any_position(
    to_at_each: Float[Tensor, "n_outputs width"], n_positions: int, kernel: int, step: int = 1
) -> Float[Tensor, "n_filters kernel"]:
    """Add up what `at_each_position` laid out; numbers behind it count for nothing."""
    parts = to_at_each.chunk(n_positions)
    return torch.stack([part[:, at * step : at * step + kernel] for at, part in enumerate(parts)]).sum(0)


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
