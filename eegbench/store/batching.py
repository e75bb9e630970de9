"""Division of examples into batches, and the distinct windows of a batch."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Int


def even_parts(n: int, n_parts: int) -> list[slice]:
    """Cut n items into n_parts consecutive slices whose sizes differ by at most one."""
    edges = np.linspace(0, n, n_parts + 1).round().astype(int)
    return [slice(first, stop) for first, stop in pairwise(edges.tolist())]


def examples_of(blocks: Sequence[slice], block: int, n_examples: int) -> list[slice]:
    """Convert slices of blocks to slices of examples; the last block may be shorter."""
    return [slice(part.start * block, min(part.stop * block, n_examples)) for part in blocks]


def distinct_windows(
    windows: Int[np.ndarray, "n_examples n_views"],
) -> tuple[Int[np.ndarray, "n_distinct"], Int[np.ndarray, "n_examples n_views"]]:
    """Return each window's row once, and the position of every view among them; −1 marks absent views."""
    found, index = np.unique(windows, return_inverse=True)
    n_absent = int(np.searchsorted(found, 0))
    return found[n_absent:], index.reshape(windows.shape) - n_absent
