"""A convolution over time in bf16 on a CPU, with a gradient that is always finite."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.functional import conv2d

from eegbench.model.segments import at_any_position, cut, product_dtype, rounded

AT_ONCE = 13
"""Outputs of one segment in the gradient of weights. More means larger products, of which more is zeros."""


def filtered(
    x: Float[Tensor, "batch n_in n_rows n_times"], convolution: nn.Conv2d
) -> Float[Tensor, "batch n_out n_rows n_outputs"]:
    """Return ``convolution(x)``, over time alone, in the numbers of automatic mixed precision.

    In torch 2.13 the gradient of a convolution's weights in bf16 was not finite now and then (docs/performance.md), so
    here it is a product of segments.
    """
    dtype = product_dtype(x)
    outputs: Tensor = _Filtered.apply(  # type: ignore[no-untyped-call]
        x.to(dtype), convolution.weight, convolution.bias, int(convolution.padding[1])
    )
    return outputs


class _Filtered(torch.autograd.Function):
    """The gradient of the images is a convolution too, of the outputs' with the filters turned round."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, padding: int) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.padding = padding
        return conv2d(x, _last(weight.to(x.dtype)), bias.to(x.dtype), padding=(0, padding))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        (x, weight), padding = ctx.saved_tensors, ctx.padding
        gradient, kernel = _last(gradient), weight.shape[3]
        turned = _last(weight.to(gradient.dtype).flip(3).transpose(0, 1))
        to_x = conv2d(gradient, turned, padding=(0, kernel - 1 - padding))
        to_weight = _to_weight(_by_time(x), _by_time(gradient), kernel, padding)
        return to_x, to_weight[:, :, None], gradient.sum((0, 2, 3), dtype=torch.float32), None


def _to_weight(
    x: Float[Tensor, "n_signals n_times n_in"],
    gradient: Float[Tensor, "n_signals n_outputs n_filters"],
    kernel: int,
    padding: int,
) -> Float[Tensor, "n_filters n_in kernel"]:
    """Return the gradient of weights: products of the gradients of segments with what these saw."""
    n_in, n_filters = x.shape[2], gradient.shape[2]
    n_segments = -(-gradient.shape[1] // AT_ONCE)
    seen = (n_segments, (kernel + AT_ONCE - 1) * n_in, AT_ONCE * n_in)
    made = (n_segments, AT_ONCE * n_filters, AT_ONCE * n_filters)
    segments = cut(x.flatten(1), padding * n_in, seen, x.dtype, rounded(len(x)))
    by_segment = cut(gradient.flatten(1), 0, made, x.dtype, rounded(len(x)))
    to_at_each = torch.zeros(made[1], seen[1])
    for product in torch.bmm(by_segment.permute(1, 2, 0), segments.transpose(0, 1)):
        to_at_each += product
    return (
        at_any_position(to_at_each.unflatten(0, (AT_ONCE, -1)), kernel * n_in, n_in)
        .unflatten(1, (kernel, n_in))
        .transpose(1, 2)
    )


def _last(x: Tensor) -> Tensor:
    """Return images with their channels last in memory, as processors like them."""
    return x.contiguous(memory_format=torch.channels_last)


def _by_time(x: Float[Tensor, "batch n_in n_rows n_times"]) -> Float[Tensor, "n_signals n_times n_in"]:
    return x.permute(0, 2, 3, 1).flatten(0, 1)
