"""Overlapping segments of signals, and filters placed at each position in a segment.

A segment holds the input samples of one output, or of several neighbouring ones. Outputs are then matrix products, or
sums of table rows.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def product_dtype(x: Tensor) -> torch.dtype:
    """Return the dtype of matrix products: that of automatic mixed precision if it is enabled."""
    device = x.device.type
    return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else x.dtype


def cut(
    signals: Float[Tensor, "n_signals n"],
    n_before: int,
    shape: tuple[int, int, int],
    dtype: torch.dtype,
    n_rows: int | None = None,
) -> Float[Tensor, "n_rows n_segments width"]:
    """Return overlapping segments of zero-padded signals: one copy of the signals, and a view of it.

    Parameters
    ----------
    signals
        One signal per row.
    n_before
        Number of zeros before each signal. The end is padded as far as the segments need.
    shape
        Number of segments, length of each, and distance between their starts.
    dtype
        Dtype of the copy.
    n_rows
        Number of signals in the copy, padded with zero signals; None adds none.
    """
    n_segments, width, step = shape
    n_signals, n = signals.shape
    n_all = max(n_before + n, (n_segments - 1) * step + width)
    between = signals.new_empty(n_rows or n_signals, n_all, dtype=dtype)
    between[:n_signals, :n_before], between[:n_signals, n_before + n :], between[n_signals:] = 0, 0, 0
    between[:n_signals, n_before : n_before + n] = signals
    return between.as_strided((len(between), n_segments, width), (n_all, step, 1))


def rounded(n: int) -> int:
    """Round n up by an eighth at most so that few matrix shapes occur; each new shape costs a kernel compilation."""
    step = 2 ** max(0, n.bit_length() - 4)
    return -(-n // step) * step


def at_each_position(
    weight: Float[Tensor, "n_filters kernel"], n_positions: int
) -> Float[Tensor, "n_positions n_filters width"]:
    """Return filters at each position in a segment, padded with zeros."""
    n_filters, kernel = weight.shape
    width = kernel + n_positions - 1
    every = weight.new_zeros(n_positions, n_filters, width)
    every.as_strided((n_positions, n_filters, kernel), (n_filters * width + 1, width, 1)).copy_(weight)
    return every
