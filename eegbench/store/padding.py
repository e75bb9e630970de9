"""Rows of padding in a window table, for sequences that extend beyond the ends of a recording."""

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

NOT_AT_AN_END = -1
"""Value in the columns of padding for windows that are not the first, or not the last, of their recording."""

COLUMNS = ("padding_before", "padding_after", "n_padding")
"""Rows of the padding next to a window, and the number of windows of padding on each side of a recording."""


def padding_columns(table: pd.DataFrame, n_windows: int) -> pd.DataFrame:
    """Return a complete window table with `COLUMNS`.

    The padding before and after shard i are the rows n + 2 i and n + 2 i + 1 of a table of n windows.

    Parameters
    ----------
    table
        All windows of a store, sorted by shard.
    n_windows
        Number of windows of padding on each side of a recording.
    """
    shard, n = table["shard"].to_numpy(np.int64), len(table)
    before, after = np.full(n, NOT_AT_AN_END), np.full(n, NOT_AT_AN_END)
    first, last = ends(table)
    before[first], after[last] = n + 2 * shard[first], n + 2 * shard[last] + 1
    return table.assign(padding_before=before, padding_after=after, n_padding=n_windows)


def ends(table: pd.DataFrame) -> tuple[Int[np.ndarray, "n_shards"], Int[np.ndarray, "n_shards"]]:
    """Return the first and the last row of each shard that has windows."""
    shard = table["shard"].to_numpy(np.int64)
    return np.flatnonzero(np.diff(shard, prepend=-1)), np.flatnonzero(np.diff(shard, append=-1))


def next_to_padding(values: Float[np.ndarray, "n dim"], table: pd.DataFrame) -> Float[np.ndarray, "n_padding_rows dim"]:
    """Return for each row of padding the values of the window next to it.

    Parameters
    ----------
    values
        One row per window.
    table
        All windows of a store, with at least one window in each shard.
    """
    return values[np.stack(ends(table), axis=1).ravel()]
