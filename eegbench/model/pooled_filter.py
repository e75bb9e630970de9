"""Filter one-channel signals over time, normalise by batch, and pool: three layers as one matrix product.

A filter's output is wide (13 numbers for each that pooling keeps), and as layers of their own most of the time goes
into writing and reading it. Two identities avoid that, and change nothing but the order of rounding:

- Mean and variance of ``w · patch`` over all patches of a batch are ``w · m`` and ``w · C · w``, where m and C are the
  patches' mean and covariance. So batch normalisation is known before the filter runs, and is folded into its weights,
  whatever the sign of its scale; what is left to do afterwards is a maximum.
- The outputs under one pool are one product: the ``kernel + pool - 1`` samples that they see (a segment), times the
  filters at each of its positions. It is made, pooled and thrown away in pieces that stay in the processor's cache.

The gradient goes the same way back: the maximum passes on one number in 13, and what batch normalisation adds is again
a product with second moments.
"""

from collections.abc import Iterator
from typing import Any

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.functional import pad

from eegbench.model.segments import at_each_position, overlap_add

SEGMENTS = 4096
"""Segments that are filtered at a time on a CPU: their outputs (3 MB) stay in the cache. A GPU takes all at once."""


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
    weight, bias = convolution.weight.flatten(1), convolution.bias
    assert bias is not None
    dtype, signals = _dtype(signals), signals.float()
    pooled: Tensor
    if isinstance(norm, nn.Identity):
        pooled = _PooledFilter.apply(signals, weight, bias, pool, dtype)  # type: ignore[no-untyped-call]
        return pooled
    assert norm.running_mean is not None
    assert norm.running_var is not None
    if not norm.training:
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        shift = norm.bias + (bias - norm.running_mean) * scale
        pooled = _PooledFilter.apply(signals, weight * scale[:, None], shift, pool, dtype)  # type: ignore[no-untyped-call]
        return pooled
    offset = signals.detach().mean()  # normalisation undoes it, and without it squares keep their precision
    pooled, mean, variance = _NormalisedPooledFilter.apply(  # type: ignore[no-untyped-call]
        signals - offset, weight, bias, norm.weight, norm.bias, norm.eps, pool, dtype
    )
    _keep(norm, mean + offset * weight.detach().sum(1), variance, _n_outputs(signals, weight))
    return pooled


class _PooledFilter(torch.autograd.Function):
    """Filter and pool."""

    @staticmethod
    def forward(ctx: Any, signals: Tensor, weight: Tensor, bias: Tensor, pool: int, dtype: torch.dtype) -> Tensor:
        segments = _segments(signals, weight.shape[1], pool, dtype)
        at_each = _with_bias(weight, bias, pool).to(dtype)
        pooled, chosen = _filter(segments, at_each, pool)
        ctx.save_for_backward(segments, at_each, chosen)
        ctx.form = signals.shape, pool, weight.shape
        return pooled

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor, Tensor, None, None]:
        segments, at_each, chosen = ctx.saved_tensors
        shape, pool, sizes = ctx.form
        to_segments, to_at_each = _filter_backward(gradient, segments, at_each, chosen, pool, ctx.needs_input_grad[0])
        to_signals = None if to_segments is None else overlap_add(to_segments, shape, sizes[1] + pool - 1, pool)
        return to_signals, *_at_any_position(to_at_each, sizes, pool), None, None


class _NormalisedPooledFilter(torch.autograd.Function):
    """Filter, normalise by the batch's own statistics, and pool; returns these statistics too."""

    @staticmethod
    def forward(  # noqa: PLR0913  what three layers have
        ctx: Any,
        signals: Tensor,
        weight: Tensor,
        bias: Tensor,
        scale: Tensor,
        shift: Tensor,
        eps: float,
        pool: int,
        dtype: torch.dtype,
    ) -> tuple[Tensor, Tensor, Tensor]:
        kernel = weight.shape[1]
        segments = _segments(signals, kernel, pool, torch.float32)
        rest = _rest(signals, kernel, pool)
        with torch.autocast(signals.device.type, enabled=False):
            sums = _sums_of_products(segments), _sums_of_products(rest.unsqueeze(1))
        leaves = [tensor.detach().requires_grad_() for tensor in (*sums, weight, scale, shift)]
        with torch.enable_grad():  # a few small matrices: their gradient is left to torch
            mean, variance = _statistics(leaves[0], leaves[1], leaves[2], kernel + pool - 1, rest.shape[1] - 1)
            factor = leaves[3] / torch.sqrt(variance + eps)
            at_each = _with_bias(leaves[2] * factor[:, None], leaves[4] - mean * factor, pool)
        segments, folded = segments.to(dtype), at_each.detach().to(dtype)
        pooled, chosen = _filter(segments, folded, pool)
        ctx.save_for_backward(segments, rest, folded, chosen)
        ctx.form, ctx.small = (signals.shape, kernel, pool), (leaves, at_each)
        mean, variance = mean.detach() + bias, variance.detach()
        ctx.mark_non_differentiable(mean, variance)
        return pooled, mean, variance

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor, *_: Any) -> tuple[Tensor | None, ...]:
        segments, rest, folded, chosen = ctx.saved_tensors
        (shape, kernel, pool), (leaves, at_each) = ctx.form, ctx.small
        to_segments, to_at_each = _filter_backward(gradient, segments, folded, chosen, pool, ctx.needs_input_grad[0])
        to_sums, to_sums_of_rest, to_weight, to_scale, to_shift = torch.autograd.grad(
            at_each, leaves, to_at_each, retain_graph=True, materialize_grads=True
        )
        to_signals = None
        if to_segments is not None:
            to_segments.flatten(0, 1).addmm_(segments.flatten(0, 1), _both_ways(to_sums).to(segments.dtype))
            to_signals = overlap_add(to_segments, shape, kernel + pool - 1, pool)
            to_signals[:, shape[1] - rest.shape[1] + 1 :] += (rest @ _both_ways(to_sums_of_rest).float())[:, :-1]
        to_bias = torch.zeros_like(to_shift)  # normalisation takes a filter's bias away again
        return to_signals, to_weight, to_bias, to_scale, to_shift, None, None, None


def _segments(
    signals: Float[Tensor, "n_signals n_times"], kernel: int, pool: int, dtype: torch.dtype
) -> Float[Tensor, "n_signals n_pools width"]:
    """Return the samples that the outputs of each pool see, and ones; neighbours share kernel - 1 samples.

    The ones take the bias into the product, and sums into sums of products. There are enough of them to let rows
    begin where processors like it.
    """
    seen = signals.unfold(1, kernel + pool - 1, pool)
    segments = signals.new_ones(*seen.shape[:2], _width(kernel, pool), dtype=dtype)
    segments[:, :, : seen.shape[2]] = seen
    return segments


def _width(kernel: int, pool: int) -> int:
    return -(-(kernel + pool) // 16) * 16


def _rest(signals: Tensor, kernel: int, pool: int) -> Float[Tensor, "n_signals width"]:
    """Return the samples at the end that outputs outside any pool see (kernel - 1 where there is none), and a one."""
    n_pools = (signals.shape[1] - kernel + 1) // pool
    return pad(signals[:, n_pools * pool :], (0, 1), value=1.0)


def _with_bias(
    weight: Float[Tensor, "n_filters kernel"], bias: Float[Tensor, "n_filters"], pool: int
) -> Float[Tensor, "n_outputs width"]:
    """Return the filters at each position in a segment, and the bias for the first of the ones behind it."""
    unused = _width(weight.shape[1], pool) - weight.shape[1] - pool
    first_one = torch.cat([bias[:, None], bias.new_zeros(len(bias), unused)], dim=1)
    return torch.cat([at_each_position(weight, pool), first_one.repeat(pool, 1)], dim=1)


def _at_any_position(
    to_at_each: Float[Tensor, "n_outputs width"], sizes: torch.Size, pool: int
) -> tuple[Float[Tensor, "n_filters kernel"], Float[Tensor, "n_filters"]]:
    """Add up what `_with_bias` laid out."""
    parts = to_at_each.chunk(pool)
    to_weight = torch.stack([part[:, at : at + sizes[1]] for at, part in enumerate(parts)]).sum(0)
    return to_weight, torch.stack([part[:, sizes[1] + pool - 1] for part in parts]).sum(0)


def _pieces(segments: Tensor) -> Iterator[slice]:
    n, at_once = len(segments), len(segments) if segments.is_cuda else SEGMENTS
    return (slice(first, min(first + at_once, n)) for first in range(0, n, max(1, at_once)))


def _filter(
    segments: Float[Tensor, "n_signals n_pools width"], at_each: Float[Tensor, "n_outputs width"], pool: int
) -> tuple[Float[Tensor, "n_signals n_pools n_filters"], Int[Tensor, "n_segments n_filters"]]:
    """Return the largest output of each pool, and which it was: the first of several, counted within a piece."""
    flat, n_filters = segments.flatten(0, 1), len(at_each) // pool
    pooled = flat.new_empty(len(flat), n_filters)
    chosen = torch.empty(len(flat), n_filters, dtype=torch.int64, device=flat.device)
    for piece in _pieces(flat):
        outputs = (flat[piece] @ at_each.T).view(-1, n_filters)
        torch.ops.aten.max_pool2d_with_indices.out(
            _image(outputs), [pool, 1], out=_image(pooled[piece]), indices=_image(chosen[piece])
        )
    return pooled.view(*segments.shape[:2], n_filters), chosen


def _image(rows: Shaped[Tensor, "n n_filters"]) -> Shaped[Tensor, "1 n_filters n 1"]:
    """Return rows as an image of one column, in the order of axes in which torch pools all filters at once."""
    return rows[None, :, None].permute(0, 3, 1, 2)


def _filter_backward(
    gradient: Tensor, segments: Tensor, at_each: Tensor, chosen: Tensor, pool: int, to_signals: bool
) -> tuple[Tensor | None, Tensor]:
    """Return the gradients of segments (where they are wanted) and of the filters at each position."""
    flat, given = segments.flatten(0, 1), gradient.to(segments.dtype).flatten(0, 1)
    to_segments = torch.empty_like(flat) if to_signals else None
    to_at_each = torch.zeros(at_each.shape, device=flat.device)
    for piece in _pieces(flat):
        to_outputs = _unpool(given[piece].contiguous(), chosen[piece], pool).view(-1, len(at_each))
        to_at_each += to_outputs.T @ flat[piece]
        if to_segments is not None:
            torch.mm(to_outputs, at_each, out=to_segments[piece])
    return None if to_segments is None else to_segments.view(segments.shape), to_at_each


def _unpool(
    given: Float[Tensor, "n n_filters"], chosen: Int[Tensor, "n n_filters"], pool: int
) -> Float[Tensor, "n_outputs n_filters"]:
    """Return the gradient of outputs from that of their maxima."""
    to_outputs = given.new_empty(len(given) * pool, given.shape[1])
    image = _image(to_outputs)  # also stands for the outputs, of which only the form counts
    torch.ops.aten.max_pool2d_with_indices_backward.grad_input(
        _image(given), image, [pool, 1], [pool, 1], [0, 0], [1, 1], False, _image(chosen), grad_input=image
    )
    return to_outputs


def _sums_of_products(rows: Float[Tensor, "n_signals n width"]) -> Float[Tensor, "width width"]:
    """Return the sums of products of any two columns, added up in double precision between signals."""
    return (rows.transpose(1, 2) @ rows).sum(0, dtype=torch.float64)


def _both_ways(to_sums: Float[Tensor, "width width"]) -> Float[Tensor, "width width"]:
    """Return what rows are multiplied with for the gradient of `_sums_of_products`."""
    return to_sums + to_sums.T


def _statistics(
    sums: Tensor, sums_of_rest: Tensor, weight: Float[Tensor, "n_filters kernel"], width: int, width_of_rest: int
) -> tuple[Float[Tensor, "n_filters"], Float[Tensor, "n_filters"]]:
    """Return mean and variance of the filters' outputs, without a bias, from the sums over segments and the rest."""
    kernel, double = weight.shape[1], weight.double()
    positions = [(sums, at, width) for at in range(width - kernel + 1)]
    positions += [(sums_of_rest, at, width_of_rest) for at in range(width_of_rest - kernel + 1)]
    n = sum(every[one, one] for every, _, one in positions)
    mean = torch.stack([every[one, at : at + kernel] for every, at, one in positions]).sum(0) / n
    second = torch.stack([every[at : at + kernel, at : at + kernel] for every, at, _ in positions]).sum(0) / n
    variance = ((double @ (second - torch.outer(mean, mean))) * double).sum(1).clamp_min(0)
    return (double @ mean).to(weight.dtype), variance.to(weight.dtype)


def _keep(norm: nn.BatchNorm2d, mean: Tensor, variance: Tensor, n: int) -> None:
    """Move the running statistics, as batch normalisation does."""
    momentum = norm.momentum
    assert momentum is not None
    for running, now in ((norm.running_mean, mean), (norm.running_var, variance * (n / (n - 1)))):
        assert running is not None
        running.lerp_(now, momentum)
    assert norm.num_batches_tracked is not None
    norm.num_batches_tracked += 1


def _n_outputs(signals: Tensor, weight: Tensor) -> int:
    return len(signals) * (signals.shape[1] - weight.shape[1] + 1)


def _dtype(signals: Tensor) -> torch.dtype:
    """Return the numbers that products are made of: those of automatic mixed precision where it is on."""
    device = signals.device.type
    return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else torch.float32
