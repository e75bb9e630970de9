"""Sequences of windows that follow each other in a recording, for models that read a night rather than one window."""

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int

from eegbench.sampler.base import Sampler, arrange
from eegbench.sampler.timeline import follow
from eegbench.store.padding import COLUMNS, NOT_AT_AN_END
from eegbench.types import UNSCORED, Draw

ABSENT = -1
"""Stands for a window that is not there: it was rejected, or lies beyond the ends of a recording."""


class Stretch(Sampler):
    """Draw all sequences of so many windows in a row, in random order; the targets are the labels of their windows.

    A window that was rejected is absent from its sequences. A stretch of a recording that holds fewer windows gives one
    sequence, whose other places are absent. Sequences without any label are left out and not counted.

    Where recordings are padded (``preprocessing.padding``), sequences reach into the padding, and those whose middle is
    padding are left out.

    Parameters
    ----------
    length
        Windows in a sequence; odd, so that one stands in the middle.
    every
        Windows from the start of one sequence to the start of the next.
    ends
        What sequences do at the ends of a stretch: they lie within it (``within``), or every window is the middle of
        one (``absent``), and places beyond the ends are absent.
    block
        Sequences that stay next to each other when the order is drawn. Neighbours overlap, and each window is encoded
        once a batch, so a block of 8 in steps of 1 costs little more than one sequence.

    Raises
    ------
    ValueError
        Where a size makes no sense; from ``draw``, where no window has a label.
    """

    uses_padding = True

    def __init__(self, *, length: int, every: int, ends: Literal["within", "absent"], block: int) -> None:
        if length < 1 or length % 2 == 0:
            raise ValueError(f"sampler.length={length}: an odd number of windows is expected; set sampler.length=11.")
        for name, value in (("every", every), ("block", block)):
            if value < 1:
                raise ValueError(f"sampler.{name}={value}: at least 1 is expected.")
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
            raise ValueError(
                f"none of {len(table)} windows has a label and can be used; sampler=stretch asks for labels."
            )
        windows, targets = windows[labelled], targets[labelled]
        order = _in_blocks(len(windows), self.block, rng)
        return Draw(windows[order], targets[order], block=self.block)


def stretches(table: pd.DataFrame) -> Iterator[Int[np.ndarray, "n"]]:
    """Yield the rows of windows that follow each other without a gap; −1 where a window was rejected.

    Where recordings are padded, the first and the last stretch of a recording begin and end with rows of padding.

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
    """Return the rows of all sequences of so many windows, in order of time; −1 is absent.

    The last sequence of a stretch ends with it, so that every window stands in one. Centred, sequences reach beyond the
    ends of a stretch: with a step of 1 every window is the middle of one, and the last window is that of the last.
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
    """Return a random order of whole blocks, whose members keep theirs; what is left over comes last."""
    first = rng.permutation(n // block) * block
    whole = (first[:, None] + np.arange(block)).ravel()
    return np.concatenate([whole, np.arange(n // block * block, n)])
