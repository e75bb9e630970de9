"""The largest outputs of filters in each pool, and the way back, without ever holding all outputs.

Forward, a few signals are filtered and pooled at a time, in the processor's cache. On the way back, of the outputs in a
pool only the largest has a gradient; the gradients of filters and signals are products of these with segments.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import conv2d

from eegbench.model.segments import at_any_position, at_each_position, cut

PIECE_BYTES = 5 * 2**20
"""Outputs that are made at a time on a CPU: they should stay in its cache. A GPU makes all at once."""

N_POOLS = 2
"""Pools in a segment: of two they share more samples, of more the product gets too large."""


@dataclass(frozen=True)
class Form:
    """Sizes of a filter and its pool.

    Attributes
    ----------
    n_signals, n_times
        Signals, and samples of each.
    kernel, pool, n_filters
        Samples that a filter sees, outputs in a pool, and filters.
    at_once
        Signals that are filtered at a time.
    """

    n_signals: int
    n_times: int
    kernel: int
    pool: int
    n_filters: int
    at_once: int

    @classmethod
    def of(cls, signals: Tensor, weight: Tensor, pool: int) -> "Form":
        """Choose how many signals to filter at a time: as many each time, as processors like to meet sizes again."""
        (n_signals, n_times), (n_filters, kernel) = signals.shape, weight.shape
        n_bytes = n_filters * (n_times - kernel + 1) * signals.element_size()
        n_pieces = 1 if signals.is_cuda else -(-n_signals // max(1, PIECE_BYTES // n_bytes))
        return cls(n_signals, n_times, kernel, pool, n_filters, -(-n_signals // n_pieces))

    @property
    def n_pools(self) -> int:
        """Whole pools of a signal."""
        return (self.n_times - self.kernel + 1) // self.pool

    @property
    def n_segments(self) -> int:
        """Segments of a signal."""
        return -(-self.n_pools // N_POOLS)

    @property
    def positions(self) -> int:
        """Outputs of a segment."""
        return self.pool * N_POOLS

    def pieces(self) -> Iterator[slice]:
        """Yield which signals to filter at a time."""
        return (slice(first, first + self.at_once) for first in range(0, self.n_signals, self.at_once))


def maxima(
    signals: Float[Tensor, "n_signals n_times"],
    weight: Float[Tensor, "n_filters kernel"],
    bias: Float[Tensor, "n_filters"],
    form: Form,
    *,
    is_way_back: bool,
) -> tuple[Float[Tensor, "n_signals n_pools n_filters"], Int[Tensor, "..."] | None]:
    """Return the largest output in each pool and, for the way back, which it was: the first of several."""
    pooled = signals.new_empty(form.n_signals, form.n_pools, form.n_filters)
    chosen = torch.empty(pooled.shape, dtype=torch.int32, device=pooled.device) if is_way_back else None
    kernels = weight[:, None, None].contiguous(memory_format=torch.channels_last)
    for piece in form.pieces():
        outputs = conv2d(_image(signals[piece, :, None]), kernels, bias)
        largest, which = torch.ops.aten.max_pool2d_with_indices(outputs, [1, form.pool])
        pooled[piece] = largest[:, :, 0].transpose(1, 2)
        if chosen is not None:  # half of the numbers' size, as they wait in memory
            chosen[piece] = which[:, :, 0].transpose(1, 2)
    return pooled, chosen


def maxima_backward(
    gradient: Float[Tensor, "n_signals n_pools n_filters"],
    signals: Float[Tensor, "n_signals n_times"],
    weight: Float[Tensor, "n_filters kernel"],
    chosen: Int[Tensor, "n_signals n_pools n_filters"],
    form: Form,
    *,
    to_signals: bool,
) -> tuple[Float[Tensor, "n_signals n_times"] | None, Float[Tensor, "n_filters kernel"]]:
    """Return the gradients of signals (where they are wanted) and of the filters."""
    at_each = at_each_position(weight, form.positions).flatten(0, 1)
    n_rows = -(-form.n_signals // form.at_once) * form.at_once
    segments = cut(signals, 0, (form.n_segments, at_each.shape[1], form.positions), signals.dtype, n_rows)
    gradient, chosen = (_filled(each, n_rows, form) for each in (gradient.to(signals.dtype), chosen))
    to_at_each = torch.zeros(at_each.T.shape, device=at_each.device)
    total = torch.zeros(n_rows, segments.stride(0), device=at_each.device) if to_signals else None
    for piece in form.pieces():
        to_outputs = _unpool(gradient[piece], chosen[piece], form).view(-1, len(at_each))
        to_at_each += segments[piece].permute(2, 0, 1).flatten(1) @ to_outputs  # faster than turned round in place
        if total is not None:
            _overlap(total[piece], (to_outputs @ at_each).unflatten(0, (form.at_once, -1)), form.positions)
    to_weight = at_any_position(to_at_each.T.unflatten(0, (form.positions, -1)), form.kernel)
    return None if total is None else total[: form.n_signals, : form.n_times], to_weight


def _filled(each: Tensor, n_rows: int, form: Form) -> Tensor:
    """Return numbers of pools with zeros for the pools and the signals that make segments and pieces whole."""
    n_signals, n_pools, n_filters = each.shape
    if (n_signals, n_pools) == (n_rows, form.n_segments * N_POOLS):
        return each.contiguous()
    whole = each.new_zeros(n_rows, form.n_segments * N_POOLS, n_filters)
    whole[:n_signals, :n_pools] = each
    return whole


def _image(rows: Tensor) -> Tensor:
    """Return signals by time and filter as images of one row, in the order of axes in which torch has them."""
    return rows.unsqueeze(1).permute(0, 3, 1, 2)


def _unpool(
    given: Float[Tensor, "at_once n_pools n_filters"], chosen: Int[Tensor, "at_once n_pools n_filters"], form: Form
) -> Float[Tensor, "at_once n_outputs n_filters"]:
    """Return the gradient of outputs from that of their maxima."""
    to_outputs = given.new_empty(len(given), given.shape[1] * form.pool, form.n_filters)
    pools = [1, form.pool], [1, form.pool], [0, 0], [1, 1], False
    # the second also stands for the outputs, of which only the form counts
    torch.ops.aten.max_pool2d_with_indices_backward.grad_input(
        _image(given), _image(to_outputs), *pools, _image(chosen.long()), grad_input=_image(to_outputs)
    )
    return to_outputs


def _overlap(
    total: Float[Tensor, "n_signals n"], to_segments: Float[Tensor, "n_signals n_segments width"], step: int
) -> None:
    """Add, in place, what segments a step apart say about the samples that they share."""
    apart = -(-to_segments.shape[2] // step)  # segments so far apart share nothing
    for number in range(min(apart, to_segments.shape[1])):
        part, strides = to_segments[:, number::apart], (total.stride(0), apart * step, 1)
        total.as_strided(part.shape, strides, total.storage_offset() + number * step).add_(part)
