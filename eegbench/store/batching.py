"""Batches of examples: where a pass is cut, and which distinct windows a batch holds."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Int


def even_parts(n: int, n_parts: int) -> list[slice]:
    """Cut n items into so many slices, in order, whose sizes differ by one at most."""
    edges = np.linspace(0, n, n_parts + 1).round().astype(int)
    return [slice(first, stop) for first, stop in pairwise(edges.tolist())]


def examples_of(blocks: Sequence[slice], block: int, n_examples: int) -> list[slice]:
    """Return the examples in slices of blocks; the last block of all may be short."""
    return [slice(part.start * block, min(part.stop * block, n_examples)) for part in blocks]


def distinct_windows(
    windows: Int[np.ndarray, "n_examples n_views"],
) -> tuple[Int[np.ndarray, "n_distinct"], Int[np.ndarray, "n_examples n_views"]]:
    """Return each window's row once, and the position of every view among them; −1 stays where a view is absent."""
    found, index = np.unique(windows, return_inverse=True)
    n_absent = int(np.searchsorted(found, 0))
    return found[n_absent:], index.reshape(windows.shape) - n_absent
