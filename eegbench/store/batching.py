"""Batches of nearly the same size."""

from itertools import pairwise

import numpy as np


def even_parts(n: int, n_parts: int) -> list[slice]:
    """Cut n items into so many slices, in order, whose sizes differ by one at most."""
    edges = np.linspace(0, n, n_parts + 1).round().astype(int)
    return [slice(first, stop) for first, stop in pairwise(edges.tolist())]
