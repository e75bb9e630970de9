"""Maximum of filter outputs in each pool, and its backward pass, without storing all outputs.

The forward pass filters and pools a few signals at a time, in the processor's cache. In the backward pass, only the
largest output of each pool has a gradient. The gradient of a filter is therefore a weighted sum of the patches where
it was largest, and that of a signal a weighted sum of the filters that were largest there: weighted sums of table
rows, as computed by `torch.nn.functional.embedding_bag`.
"""

from collections.abc import Iterator

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import conv2d, embedding_bag, pad

from eegbench.model.kernel.segments import at_each_position, cut

PIECE_BYTES = {"cpu": 5 * 2**20, "cuda": 2**28}
"""Size of intermediate results by device type; on a CPU they should fit into the cache."""

ROW_MULTIPLE = 16
"""Row lengths of tables are multiples of this number, for SIMD instructions."""


def maxima(
    signals: Float[Tensor, "n_signals n_times"],
    weight: Float[Tensor, "n_filters kernel"],
    bias: Float[Tensor, "n_filters"],
    pool: int,
    *,
    needs_backward: bool,
) -> tuple[Float[Tensor, "n_signals n_pools n_filters"], Int[Tensor, "..."] | None]:
    """Return the largest output in each pool and, for the backward pass, its position: the first of equal ones."""
    (n_signals, n_times), (n_filters, kernel) = signals.shape, weight.shape
    n_outputs = n_times - kernel + 1
    pooled = signals.new_empty(n_signals, n_outputs // pool, n_filters)
    chosen = torch.empty(pooled.shape, dtype=torch.int32, device=pooled.device) if needs_backward else None
    kernels = weight[:, None, None].contiguous(memory_format=torch.channels_last)
    for piece in _pieces(signals, pooled.element_size() * n_outputs * n_filters):
        images = signals[piece, None, :, None].permute(0, 3, 1, 2)  # channels last in memory
        outputs = conv2d(images, kernels, bias)
        largest, which = torch.ops.aten.max_pool2d_with_indices(outputs, [1, pool])
        pooled[piece] = largest[:, :, 0].transpose(1, 2)
        if chosen is not None:  # int32, as they stay in memory until the backward pass
            chosen[piece] = which[:, :, 0].transpose(1, 2)
    return pooled, chosen


def to_filters(
    gradient: Float[Tensor, "n_signals n_pools n_filters"],
    signals: Float[Tensor, "n_signals n_times"],
    chosen: Int[Tensor, "n_signals n_pools n_filters"],
    kernel: int,
    pool: int,
) -> Float[Tensor, "n_filters kernel"]:
    """Return the gradient of filters from that of maxima: for each filter, the sum of patches where it was largest."""
    n_filters, n_patches, width = gradient.shape[2], gradient.shape[1] * pool, kernel + -kernel % ROW_MULTIPLE
    patches = cut(signals, 0, (n_patches, width, 1), signals.dtype)
    total = torch.zeros(n_filters, width, device=signals.device)
    for piece in _pieces(signals, signals.element_size() * n_patches * width):
        table = patches[piece].flatten(0, 1)
        before = torch.arange(0, len(table), n_patches, dtype=chosen.dtype, device=chosen.device)
        places, shares = chosen[piece] + before[:, None, None], gradient[piece].to(table.dtype)
        sums = _sums(table, places.transpose(1, 2), shares.transpose(1, 2))
        total += sums.unflatten(0, (-1, n_filters)).sum(0, dtype=total.dtype)
    return total[:, :kernel]


def to_signals(
    gradient: Float[Tensor, "n_signals n_pools n_filters"],
    weight: Float[Tensor, "n_filters kernel"],
    chosen: Int[Tensor, "n_signals n_pools n_filters"],
    pool: int,
    n_times: int,
) -> Float[Tensor, "n_signals n_times"]:
    """Return the gradient of signals from that of maxima: in each pool, the sum of filters at their largest outputs."""
    n_signals, n_pools, n_filters = gradient.shape
    table = at_each_position(weight.float(), pool).flatten(0, 1)
    table = pad(table, (0, -table.shape[1] % ROW_MULTIPLE))
    total = table.new_zeros(n_signals, max(n_times, (n_pools - 1) * pool + table.shape[1]))
    pools, filters = (torch.arange(n, dtype=chosen.dtype, device=chosen.device) for n in (n_pools, n_filters))
    before = pools[:, None] * (pool * n_filters) - filters
    for piece in _pieces(total, table.element_size() * n_pools * table.shape[1]):
        sums = _sums(table, chosen[piece] * n_filters - before, gradient[piece].float())
        _overlap(total[piece], sums.unflatten(0, (-1, n_pools)), pool)
    return total[:, :n_times]


def _pieces(signals: Tensor, n_bytes: int) -> Iterator[slice]:
    """Yield slices of signals to process together, given the number of bytes for each signal.

    All slices but the last have the same size, because each new matrix shape costs a kernel compilation.
    """
    n_pieces = -(-len(signals) // max(1, PIECE_BYTES[signals.device.type] // n_bytes))
    at_once = -(-len(signals) // n_pieces)
    return (slice(first, first + at_once) for first in range(0, len(signals), at_once))


def _sums(
    table: Float[Tensor, "n_rows width"], places: Int[Tensor, "*bags n"], shares: Float[Tensor, "*bags n"]
) -> Float[Tensor, "n_bags width"]:
    """Return weighted sums of the rows of a table."""
    places, shares = (each.reshape(-1, each.shape[-1]) for each in (places, shares))
    return embedding_bag(places, table, mode="sum", per_sample_weights=shares)


def _overlap(
    total: Float[Tensor, "n_signals n"], to_segments: Float[Tensor, "n_signals n_segments width"], step: int
) -> None:
    """Add overlapping segments, a step apart, to the samples that they cover, in place."""
    apart = -(-to_segments.shape[2] // step)  # segments this far apart do not overlap
    for number in range(min(apart, to_segments.shape[1])):
        part, strides = to_segments[:, number::apart], (total.stride(0), apart * step, 1)
        total.as_strided(part.shape, strides, total.storage_offset() + number * step).add_(part)
