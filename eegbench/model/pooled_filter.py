"""Filter one-channel signals over time, normalise by batch, and pool: three layers as one matrix product.

A filter's output is wide (13 numbers for each that pooling keeps), and as layers of their own most of the time goes
into writing and reading it. Two identities avoid that, and change nothing but the order of rounding:

- Mean and variance of a filter's outputs follow from the moments of the patches that it sees (`moments`).
  So batch normalisation is known before the filter runs, and is folded into its weights, whatever the sign of its
  scale; what is left to do afterwards is a maximum.
- The outputs under two pools are one product: the samples that they see (a segment), times the filters at each of its
  positions. It is made, pooled and thrown away in pieces that stay in the processor's cache.

The gradient goes the same way back: the maximum passes on one number in 13, and what batch normalisation adds is again
a product with second moments.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd
from typing import Any

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from eegbench.model.moments import patch_moments, sums_of_products
from eegbench.model.segments import at_any_position, at_each_position, overlap_add, product_dtype

PIECE_BYTES = 3 * 2**20
"""Outputs that are filtered at a time on a CPU: they should stay in its cache. A GPU takes all at once."""

N_IMAGES = 16
"""Images that a piece is pooled as: the way back from a pool is shared by cores image by image."""


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
    signals = signals.float()
    dtype = product_dtype(signals)
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
        form = _Form.of(signals, weight, pool)
        segments, at_each = form.segments(signals, dtype), form.at_each(weight, bias).to(dtype)
        pooled, chosen = _filter(segments, at_each, form)
        ctx.save_for_backward(segments, at_each, chosen)
        ctx.form = form
        return pooled

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor, Tensor, None, None]:
        segments, at_each, chosen = ctx.saved_tensors
        form = ctx.form
        to_segments, to_at_each = _filter_backward(gradient, segments, at_each, chosen, form, ctx.needs_input_grad[0])
        to_signals = None if to_segments is None else form.overlapped(to_segments)
        return to_signals, *form.at_any(to_at_each), None, None


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
        form = _Form.of(signals, weight, pool)
        with torch.autocast(signals.device.type, enabled=False):
            moments = patch_moments(signals, form.kernel)
        leaves = [tensor.detach().requires_grad_() for tensor in (*moments, weight, scale, shift)]
        with torch.enable_grad():  # a few small matrices: their gradient is left to torch
            mean, variance = _statistics(*leaves[:3])
            factor = leaves[3] / torch.sqrt(variance + eps)
            at_each = form.at_each(leaves[2] * factor[:, None], leaves[4] - mean * factor)
        segments, folded = form.segments(signals, dtype), at_each.detach().to(dtype)
        pooled, chosen = _filter(segments, folded, form)
        ctx.save_for_backward(segments, signals[:, form.n_pools * pool :], folded, chosen)
        ctx.form, ctx.small = form, (leaves, at_each)
        mean, variance = mean.detach() + bias, variance.detach()
        ctx.mark_non_differentiable(mean, variance)
        return pooled, mean, variance

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor, *_: Any) -> tuple[Tensor | None, ...]:
        segments, rest, folded, chosen = ctx.saved_tensors
        form, (leaves, at_each) = ctx.form, ctx.small
        to_segments, to_at_each = _filter_backward(gradient, segments, folded, chosen, form, ctx.needs_input_grad[0])
        to_leaves = torch.autograd.grad(at_each, leaves, to_at_each, retain_graph=True)  # one may come here twice
        to_mean, to_second, to_weight, to_scale, to_shift = to_leaves
        to_signals = None
        if to_segments is not None:
            n_outputs = form.n_signals * (form.n_times - form.kernel + 1)
            to_patches = torch.cat([to_second + to_second.T, to_mean[None]]).div_(n_outputs).float()
            to_segments.flatten(0, 1).addmm_(segments.flatten(0, 1), form.moved(to_patches, form.positions).to(folded))
            to_signals = form.overlapped(to_segments)
            if n_more := rest.shape[1] - form.kernel + 1:  # outputs behind the last pool
                moved = _at_all(to_patches, n_more)
                to_signals[:, form.n_times - rest.shape[1] :] += rest @ moved[:-1] + moved[-1]
        to_bias = torch.zeros_like(to_shift)  # normalisation takes a filter's bias away again
        return to_signals, to_weight, to_bias, to_scale, to_shift, None, None, None


@dataclass(frozen=True)
class _Form:
    """How signals are cut into segments: the samples that the outputs of one or two pools see, and ones behind them.

    The ones take the bias into the product, and sums into sums of products. There are enough of them to let rows
    begin where processors like it.
    """

    n_signals: int
    n_times: int
    kernel: int
    pool: int
    n_filters: int

    @classmethod
    def of(cls, signals: Tensor, weight: Tensor, pool: int) -> "_Form":
        return cls(len(signals), signals.shape[1], weight.shape[1], pool, len(weight))

    @property
    def n_pools(self) -> int:
        return (self.n_times - self.kernel + 1) // self.pool

    @property
    def positions(self) -> int:
        """Outputs of a segment. Of two pools they share more samples, of more than two the product gets too large."""
        return self.pool * (2 if self.n_pools % 2 == 0 else 1)

    @property
    def n_seen(self) -> int:
        return self.kernel + self.positions - 1

    @property
    def width(self) -> int:
        return -(-(self.n_seen + 1) // 16) * 16

    def segments(self, signals: Tensor, dtype: torch.dtype) -> Float[Tensor, "n_signals n_segments width"]:
        """Cut signals; neighbours share kernel - 1 samples."""
        seen = signals.unfold(1, self.n_seen, self.positions)
        segments = signals.new_empty(*seen.shape[:2], self.width, dtype=dtype)
        segments[:, :, : self.n_seen] = seen
        segments[:, :, self.n_seen :] = 1.0
        return segments

    def overlapped(self, to_segments: Tensor) -> Float[Tensor, "n_signals n_times"]:
        """Return the gradient of signals from that of their segments."""
        return overlap_add(to_segments, torch.Size((self.n_signals, self.n_times)), self.n_seen, self.positions)

    def at_each(
        self, weight: Float[Tensor, "n_filters kernel"], bias: Float[Tensor, "n_filters"]
    ) -> Float[Tensor, "n_outputs width"]:
        """Return the filters at each position in a segment, and the bias for the first of the ones behind it."""
        ones = torch.cat([bias[:, None], bias.new_zeros(len(bias), self.width - self.n_seen - 1)], dim=1)
        return torch.cat([at_each_position(weight, self.positions), ones.repeat(self.positions, 1)], dim=1)

    def at_any(
        self, to_at_each: Float[Tensor, "n_outputs width"]
    ) -> tuple[Float[Tensor, "n_filters kernel"], Float[Tensor, "n_filters"]]:
        """Add up what `at_each` laid out."""
        to_bias = to_at_each[:, self.n_seen].view(self.positions, -1).sum(0)
        return at_any_position(to_at_each, self.positions, self.kernel), to_bias

    def moved(self, to_patches: Float[Tensor, "kernel_and_1 kernel"], n: int) -> Float[Tensor, "width width"]:
        """Return `_at_all` positions of a segment, with what is constant at the first of the ones."""
        every = _at_all(to_patches, n)
        out = every.new_zeros(self.width, self.width)
        out[: self.n_seen + 1, : self.n_seen] = every
        return out


def _at_all(to_patches: Float[Tensor, "kernel_and_1 kernel"], n: int) -> Float[Tensor, "seen_and_1 seen"]:
    """Add up, at each of n positions, what the gradient of a patch takes from its samples and from nothing."""
    kernel = to_patches.shape[1]
    total = to_patches.new_zeros(kernel + n, kernel + n - 1)
    for at in range(n):
        total[at : at + kernel, at : at + kernel] += to_patches[:-1]
        total[-1, at : at + kernel] += to_patches[-1]
    return total


def _pieces(segments: Tensor, at_each: Tensor) -> Iterator[slice]:
    n = len(segments)
    at_once = n if segments.is_cuda else PIECE_BYTES // (len(at_each) * segments.element_size())
    at_once = max(N_IMAGES, at_once // N_IMAGES * N_IMAGES)
    return (slice(first, min(first + at_once, n)) for first in range(0, n, at_once))


def _filter(
    segments: Float[Tensor, "n_signals n_segments width"], at_each: Float[Tensor, "n_outputs width"], form: _Form
) -> tuple[Float[Tensor, "n_signals n_pools n_filters"], Int[Tensor, "n pools n_filters"]]:
    """Return the largest output of each pool, and which it was: the first of several, counted within an image."""
    flat = segments.flatten(0, 1)
    pooled = flat.new_empty(len(flat), form.positions // form.pool, form.n_filters)
    chosen = torch.empty(pooled.shape, dtype=torch.int64, device=flat.device)
    for piece in _pieces(flat, at_each):
        outputs = (flat[piece] @ at_each.T).view(-1, form.n_filters)
        images = (_image(rows, gcd(len(pooled[piece]), N_IMAGES)) for rows in (outputs, pooled[piece], chosen[piece]))
        torch.ops.aten.max_pool2d_with_indices.out(next(images), [form.pool, 1], out=next(images), indices=next(images))
    return pooled.view(form.n_signals, form.n_pools, form.n_filters), chosen


def _image(rows: Shaped[Tensor, "*n n_filters"], n_images: int) -> Shaped[Tensor, "n_images n_filters n 1"]:
    """Return rows as images of one column, in the order of axes in which torch pools all filters at once."""
    return rows.view(n_images, -1, 1, rows.shape[-1]).permute(0, 3, 1, 2)


def _filter_backward(
    gradient: Tensor, segments: Tensor, at_each: Tensor, chosen: Tensor, form: _Form, to_signals: bool
) -> tuple[Tensor | None, Tensor]:
    """Return the gradients of segments (where they are wanted) and of the filters at each position."""
    flat, given = segments.flatten(0, 1), gradient.to(segments.dtype).reshape(chosen.shape)
    to_segments = torch.empty_like(flat) if to_signals else None
    to_at_each = torch.zeros(at_each.shape, device=flat.device)
    for piece in _pieces(flat, at_each):
        to_outputs = _unpool(given[piece], chosen[piece], form.pool).view(-1, len(at_each))
        to_at_each += sums_of_products(to_outputs, flat[piece], 2, torch.float32)
        if to_segments is not None:
            torch.mm(to_outputs, at_each, out=to_segments[piece])
    return None if to_segments is None else to_segments.view(segments.shape), to_at_each


def _unpool(
    given: Float[Tensor, "n pools n_filters"], chosen: Int[Tensor, "n pools n_filters"], pool: int
) -> Float[Tensor, "n_outputs n_filters"]:
    """Return the gradient of outputs from that of their maxima."""
    to_outputs = given.new_empty(given[..., 0].numel() * pool, given.shape[2])
    images = [_image(rows, gcd(len(given), N_IMAGES)) for rows in (given, to_outputs, chosen)]
    form = [pool, 1], [pool, 1], [0, 0], [1, 1], False
    # the second also stands for the outputs, of which only the form counts
    torch.ops.aten.max_pool2d_with_indices_backward.grad_input(
        images[0], images[1], *form, images[2], grad_input=images[1]
    )
    return to_outputs


def _statistics(
    mean: Float[Tensor, "kernel"], second: Float[Tensor, "kernel kernel"], weight: Float[Tensor, "n_filters kernel"]
) -> tuple[Float[Tensor, "n_filters"], Float[Tensor, "n_filters"]]:
    """Return mean and variance of the filters' outputs, without a bias, from the moments of patches."""
    double = weight.double()
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
