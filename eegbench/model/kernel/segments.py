"""Signals cut into overlapping segments, and filters laid out at each position in one.

A segment holds the samples that one output sees, or several neighbouring ones. So outputs are a product of matrices,
or sums of the rows of a table.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def product_dtype(x: Tensor) -> torch.dtype:
    """Return the numbers that products are made of: those of automatic mixed precision where it is on."""
    device = x.device.type
    return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else x.dtype


def cut(
    signals: Float[Tensor, "n_signals n"],
    n_before: int,
    shape: tuple[int, int, int],
    dtype: torch.dtype,
    n_rows: int | None = None,
) -> Float[Tensor, "n_rows n_segments width"]:
    """Return overlapping segments of signals between zeros: one copy of the signals, and a view of it.

    Parameters
    ----------
    signals
        All numbers of a signal in a row.
    n_before
        Zeros before them. Behind them there are as many as the segments want.
    shape
        How many segments, the numbers in each, and from one to the next.
    dtype
        Numbers of the copy.
    n_rows
        Signals in the copy, the last ones zero; None adds none.
    """
    n_segments, width, step = shape
    n_signals, n = signals.shape
    n_all = max(n_before + n, (n_segments - 1) * step + width)
    between = signals.new_empty(n_rows or n_signals, n_all, dtype=dtype)
    between[:n_signals, :n_before], between[:n_signals, n_before + n :], between[n_signals:] = 0, 0, 0
    between[:n_signals, n_before : n_before + n] = signals
    return between.as_strided((len(between), n_segments, width), (n_all, step, 1))


def rounded(n: int) -> int:
    """Round up a number of signals, by an eighth at most: products are slow where their size is met first."""
    step = 2 ** max(0, n.bit_length() - 4)
    return -(-n // step) * step


def at_each_position(
    weight: Float[Tensor, "n_filters kernel"], n_positions: int
) -> Float[Tensor, "n_positions n_filters width"]:
    """Return filters at each position in a segment, with zeros around them."""
    n_filters, kernel = weight.shape
    width = kernel + n_positions - 1
    every = weight.new_zeros(n_positions, n_filters, width)
    every.as_strided((n_positions, n_filters, kernel), (n_filters * width + 1, width, 1)).copy_(weight)
    return every
