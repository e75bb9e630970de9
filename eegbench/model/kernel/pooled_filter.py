"""Filter one-channel signals over time, normalise by batch, and pool, fused into one operation.

Before pooling, a filter's output has 13 values for each value that pooling returns, and separate layers spend most of
their time writing and reading them. The fused operation avoids this, with results that differ only in rounding:

- Mean and variance of a filter's outputs follow from the moments of its input patches (`moments`). Batch normalisation
  is therefore known before the filter runs, and is folded into its weights, whatever the sign of its scale; only a
  maximum remains to be computed.
- A few signals at a time are filtered and pooled while they are in the processor's cache (`maxima`).
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from eegbench.model.kernel.maxima import maxima, to_filters, to_signals
from eegbench.model.kernel.moments import patch_moments
from eegbench.model.kernel.segments import product_dtype


def pooled_filter(
    signals: Float[Tensor, "n_signals n_times"], convolution: nn.Conv2d, norm: nn.BatchNorm2d | nn.Identity, pool: int
) -> Float[Tensor, "n_signals n_pools n_filters"]:
    """Return the maximum of ``norm(convolution(signals))`` in each pool, with its gradients and running statistics.

    Parameters
    ----------
    signals
        Signals of one channel, padded as the convolution wants it.
    convolution
        Over time, from one channel.
    norm
        `torch.nn.BatchNorm2d` of the filters' outputs, or `torch.nn.Identity`.
    pool
        Outputs in a pool. What does not fill one at the end is dropped, but counts in the batch's statistics.
    """
    weight, bias, signals = convolution.weight.flatten(1), convolution.bias, signals.float()
    assert bias is not None
    dtype = product_dtype(signals)
    if isinstance(norm, nn.BatchNorm2d):
        with torch.autocast(signals.device.type, enabled=False):
            signals, weight, bias = _folded(signals, weight, bias, norm, dtype)
    pooled: Tensor = _PooledFilter.apply(signals, weight, bias, pool, dtype)  # type: ignore[no-untyped-call]
    return pooled


def _folded(
    signals: Tensor, weight: Tensor, bias: Tensor, norm: nn.BatchNorm2d, dtype: torch.dtype
) -> tuple[Tensor, Tensor, Tensor]:
    """Return signals and a filter whose outputs are normalised."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    if not norm.training:
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        return signals, weight * scale[:, None], norm.bias + (bias - norm.running_mean) * scale
    offset = signals.detach().mean()  # normalisation undoes it, and without it squares keep their precision
    signals = signals - offset
    mean, variance = _statistics(*patch_moments(signals, weight.shape[1], dtype), weight)
    with torch.no_grad():
        _keep(norm, mean + offset * weight.sum(1) + bias, variance, _n_outputs(signals, weight))
    scale = norm.weight / torch.sqrt(variance + norm.eps)
    # the filter's own bias is taken away again, whatever it is
    return signals, weight * scale[:, None], norm.bias - mean * scale + 0 * bias


class _PooledFilter(torch.autograd.Function):
    """Filter and pool."""

    @staticmethod
    def forward(ctx: Any, signals: Tensor, weight: Tensor, bias: Tensor, pool: int, dtype: torch.dtype) -> Tensor:
        signals, weight, bias = (tensor.to(dtype) for tensor in (signals, weight, bias))
        pooled, chosen = maxima(signals, weight, bias, pool, needs_backward=any(ctx.needs_input_grad))
        ctx.save_for_backward(signals, weight, chosen)
        ctx.pool = pool
        return pooled

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor, Tensor, None, None]:
        (signals, weight, chosen), pool = ctx.saved_tensors, ctx.pool
        of_signals = to_signals(gradient, weight, chosen, pool, signals.shape[1]) if ctx.needs_input_grad[0] else None
        of_weight = to_filters(gradient, signals, chosen, weight.shape[1], pool)
        return of_signals, of_weight, gradient.sum((0, 1), dtype=torch.float32), None, None


def _statistics(
    mean: Float[Tensor, "kernel"], second: Float[Tensor, "kernel kernel"], weight: Float[Tensor, "n_filters kernel"]
) -> tuple[Float[Tensor, "n_filters"], Float[Tensor, "n_filters"]]:
    """Return mean and variance of the filters' outputs, without a bias, from the moments of patches."""
    double = weight.double()
    variance = ((double @ (second - torch.outer(mean, mean))) * double).sum(1).clamp_min(0)
    return (double @ mean).to(weight.dtype), variance.to(weight.dtype)


def _keep(norm: nn.BatchNorm2d, mean: Tensor, variance: Tensor, n: int) -> None:
    """Move the running statistics, as batch normalisation does: without a momentum they are means over batches."""
    assert norm.num_batches_tracked is not None
    norm.num_batches_tracked += 1
    momentum = 1 / int(norm.num_batches_tracked) if norm.momentum is None else norm.momentum
    for running, now in ((norm.running_mean, mean), (norm.running_var, variance * (n / (n - 1)))):
        assert running is not None
        running.lerp_(now, momentum)


def _n_outputs(signals: Tensor, weight: Tensor) -> int:
    return len(signals) * (signals.shape[1] - weight.shape[1] + 1)
