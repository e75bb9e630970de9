"""Sequences of consecutive windows of a recording, for models with more than one window as input."""

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int

from eegbench.config import Size
from eegbench.sampler.base import Sampler, arrange
from eegbench.sampler.timeline import follow
from eegbench.store.padding import COLUMNS, NOT_AT_AN_END
from eegbench.types import UNSCORED, Draw

ABSENT = -1
"""Index of an absent window: one that was rejected, or lies beyond the ends of a recording."""


class Stretch(Sampler):
    """Draw all sequences of consecutive windows of a given length, in random order, with the labels as targets.

    A rejected window is absent from its sequences. A stretch with fewer windows gives one sequence, whose other places
    are absent. Sequences without any label are omitted and not counted.

    If recordings are padded (``preprocessing.padding``), sequences extend into the padding, and those with padding in
    the middle are omitted.

    Parameters
    ----------
    length
        Number of windows in a sequence; odd, so that one is in the middle.
    every
        Distance between the starts of successive sequences, in windows.
    ends
        Sequences at the ends of a stretch: ``within`` the stretch, or with places beyond its ends ``absent``, so that
        every window is the middle of a sequence.
    block
        Number of sequences that stay together when the order is drawn. Consecutive sequences overlap, and each window
        is encoded once per batch, so a block of 8 in steps of 1 costs little more than one sequence.

    Raises
    ------
    ValueError
        If ``length`` is even; from ``draw``, if no window has a label.
    """

    uses_padding = True

    def __init__(self, *, length: Size, every: Size, ends: Literal["within", "absent"], block: Size) -> None:
        if length % 2 == 0:
            raise ValueError(f"sampler.length={length}: expected an odd number of windows; set sampler.length=11.")
        self.length = length
        self.every = every
        self.ends = ends
        self.block = block
        self.layout = arrange({"step": (length,)})

    def draw(self, table: pd.DataFrame, rng: np.random.Generator) -> Draw:
        """Draw one pass of sequences: windows and targets (n_sequences, length); −1 is absent, or has no label."""
        windows = sequences(table, self.length, self.every, is_centred=self.ends == "absent")
        label = pd.Series(table["label"].to_numpy(np.int64), index=table.index)
        targets = label.reindex(windows.ravel(), fill_value=UNSCORED).to_numpy().reshape(windows.shape)
        labelled = (targets != UNSCORED).any(axis=1)
        if set(COLUMNS) <= set(table):
            labelled &= ~_is_padding(windows[:, self.length // 2], table)
        if not labelled.any():
            raise ValueError(f"None of {len(table)} windows has a label and can be used; sampler=stretch needs labels.")
        windows, targets = windows[labelled], targets[labelled]
        order = _in_blocks(len(windows), self.block, rng)
        return Draw(windows[order], targets[order], block=self.block)


def stretches(table: pd.DataFrame) -> Iterator[Int[np.ndarray, "n"]]:
    """Yield the rows of consecutive windows without a gap; −1 for a rejected window.

    If recordings are padded, the first and the last stretch of a recording begin and end with rows of padding.

    Parameters
    ----------
    table
        Windows; see `Sampler.draw`.
    """
    if table.empty:
        return
    start_us = np.rint(table["start_s"].to_numpy(float) * 1e6).astype(np.int64)
    follows = follow(start_us, pd.factorize(table["recording"])[0])
    rows = np.where(table["rejected"].to_numpy(bool), ABSENT, table.index.to_numpy(np.int64))
    parts = np.split(rows, np.flatnonzero(~follows) + 1)
    yield from _padded(parts, table) if set(COLUMNS) <= set(table) else parts


def _padded(parts: Sequence[Int[np.ndarray, "_"]], table: pd.DataFrame) -> Iterator[Int[np.ndarray, "_"]]:
    """Yield parts of the table with the padding before their first and after their last window."""
    before, after, n = (table[name].to_numpy(np.int64) for name in COLUMNS)
    first = 0
    for part in parts:
        last = first + len(part) - 1
        around = ((before, first), (after, last))
        left, right = (np.repeat(rows[at], n[at] if rows[at] != NOT_AT_AN_END else 0) for rows, at in around)
        yield np.concatenate([left, part, right])
        first = last + 1


def _is_padding(rows: Int[np.ndarray, "n"], table: pd.DataFrame) -> Bool[np.ndarray, "n"]:
    return (rows != ABSENT) & ~np.isin(rows, table.index)


def sequences(
    table: pd.DataFrame, length: int, every: int, *, is_centred: bool
) -> Int[np.ndarray, "n_sequences length"]:
    """Return the rows of all sequences of a given length, in order of time; −1 is absent.

    The last sequence of a stretch ends with the stretch, so that every window is in a sequence. Centred sequences
    extend beyond the ends of a stretch: with a step of 1 every window is the middle of one, and the last window is the
    middle of the last sequence.
    """
    found = [np.empty((0, length), dtype=np.int64)]
    for rows in stretches(table):
        beyond = (length // 2,) * 2 if is_centred else (0, max(0, length - len(rows)))
        padded = np.pad(rows, beyond, constant_values=ABSENT)
        last = len(padded) - length
        starts = np.union1d(np.arange(0, last + 1, every), [last])
        found.append(padded[starts[:, None] + np.arange(length)])
    return np.concatenate(found)


def _in_blocks(n: int, block: int, rng: np.random.Generator) -> Int[np.ndarray, "n"]:
    """Return a random order of whole blocks, each in its original order; the remainder comes last."""
    first = rng.permutation(n // block) * block
    whole = (first[:, None] + np.arange(block)).ravel()
    return np.concatenate([whole, np.arange(n // block * block, n)])
