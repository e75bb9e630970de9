"""A convolution over time in bf16 on a CPU, with a gradient that is always finite."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.functional import conv2d

from eegbench.model.kernel.segments import product_dtype, rounded


def filtered(
    x: Float[Tensor, "batch n_in n_rows n_times"], convolution: nn.Conv2d
) -> Float[Tensor, "batch n_out n_rows n_outputs"]:
    """Return ``convolution(x)``, over time only, in the dtype of automatic mixed precision.

    In torch 2.13 the gradient of a convolution's weights in bf16 was occasionally not finite (docs/log.md), so
    this function computes it as a forward convolution.
    """
    dtype = product_dtype(x)
    outputs: Tensor = _Filtered.apply(  # type: ignore[no-untyped-call]
        x.to(dtype), convolution.weight, convolution.bias, int(convolution.padding[1])
    )
    return outputs


class _Filtered(torch.autograd.Function):
    """Convolution whose gradients are computed as forward convolutions, with reversed filters for the input's."""

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
        to_weight = _to_weight(x, gradient, kernel, padding)
        return to_x, to_weight, gradient.sum((0, 2, 3), dtype=torch.float32), None


def _to_weight(x: Tensor, gradient: Tensor, kernel: int, padding: int) -> Float[Tensor, "n_out n_in 1 kernel"]:
    """Return the gradient of weights: the output gradient convolved with the input, signals in place of channels."""
    turned = conv2d(_by_signal(gradient), _by_signal(x), padding=(0, kernel - 1 - padding))
    return turned.flip(3).float()


def _by_signal(x: Float[Tensor, "batch n_in n_rows n_times"]) -> Float[Tensor, "n_in n_signals 1 n_times"]:
    """Return images with signals as channels, last in memory, padded with zeros to a rounded number of signals."""
    signals = x.permute(0, 2, 3, 1).flatten(0, 1)
    n_signals, n_times, n_in = signals.shape
    whole = x.new_zeros(n_in, n_times, rounded(n_signals))
    whole[:, :, :n_signals] = signals.permute(2, 1, 0)
    return whole.permute(0, 2, 1).unsqueeze(2)


def _last(x: Tensor) -> Tensor:
    """Return images with channels last in memory, the faster layout."""
    return x.contiguous(memory_format=torch.channels_last)
