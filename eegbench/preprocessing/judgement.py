"""Rows of the table of windows: position and label of each window, and whether it is rejected."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from eegbench.dataset import BadRecordingError
from eegbench.preprocessing.base import Cut
from eegbench.store import Shard
from eegbench.store.shard import ShardHeader
from eegbench.types import UNSCORED

_HOW = (np.minimum, np.maximum, np.add)
"""Reductions over blocks: lowest value, highest value, number of clipped samples."""


@dataclass(frozen=True)
class Judgement:
    """Criteria for rejected windows, from the first group of signals; a limit of None keeps all.

    Attributes
    ----------
    flat_uv
        Windows in which a channel, as recorded, varies by less than this number of µV are rejected.
    saturated_share
        Windows in which more than this proportion of a channel's samples is at the amplifier's limit are rejected.
    """

    flat_uv: float | None
    saturated_share: float | None

    def table(self, shards: Sequence[Shard], cuts: Sequence[Cut]) -> pd.DataFrame:
        """Return a row for each window of all shards.

        Returns
        -------
        pandas.DataFrame
            Columns ``shard, sample_<group>, start_s, window_s, label, scored, flat, saturated, marked_bad,
            rejected``, and ``trial`` if trials are cut.
        """
        rows = [self._rows(number, *pair) for number, pair in enumerate(zip(shards, cuts, strict=True))]
        return pd.DataFrame({name: np.concatenate([one[name] for one in rows]) for name in rows[0]})

    def _rows(self, number: int, shard: Shard, cut: Cut) -> dict[str, np.ndarray]:
        """Return the columns of one shard; with thousands of shards, a table for each would dominate the time."""
        header, n_windows = shard.header, len(cut.sample)
        flat, saturated = self._judge(shard, cut.sample, cut.window_s)
        marked_bad = np.zeros(n_windows, dtype=bool) if cut.marked_bad is None else cut.marked_bad
        columns = {
            "shard": np.full(n_windows, number),
            **_samples(header, cut.sample, cut.window_s),
            "start_s": np.round(header.start_s + cut.sample / header.sfreq, 6),
            "window_s": np.full(n_windows, cut.window_s, dtype=float),
            "label": cut.label,
            "scored": cut.label != UNSCORED,
            "flat": flat,
            "saturated": saturated,
            "marked_bad": marked_bad,
            "rejected": flat | saturated | marked_bad,
        }
        return columns if cut.trial is None else columns | {"trial": cut.trial}

    def _judge(
        self, shard: Shard, sample: Int[np.ndarray, "n"], window_s: float
    ) -> tuple[Bool[np.ndarray, "n"], Bool[np.ndarray, "n"]]:
        flat, saturated = self.by_channel(shard, sample, window_s)
        return np.any(flat, axis=0), np.any(saturated, axis=0)

    def by_channel(
        self, shard: Shard, sample: Int[np.ndarray, "n"], window_s: float
    ) -> tuple[Bool[np.ndarray, "n_channels n"], Bool[np.ndarray, "n_channels n"]]:
        """Return the recorded channels of the first group that are flat, and those that are saturated, in each window.

        Parameters
        ----------
        shard
            Shard of the recording; the channels are those of ``recorded_sfreq``, in that order.
        sample, window_s
            First sample of each window, and the length of windows.
        """
        header = shard.header
        first, stop = _blocks(sample / header.sfreq, window_s, header.block_s, shard.quality.shape[2])
        low, high, clipped = (
            _over(quality, first, stop, how) for quality, how in zip(shard.quality, _HOW, strict=True)
        )
        none = np.zeros(low.shape, dtype=bool)
        flat = none if self.flat_uv is None else (high - low) < self.flat_uv
        if self.saturated_share is None:
            return flat, none
        rates = next(iter(header.groups.values())).recorded_sfreq
        n_recorded = (stop - first) * header.block_s * np.array(list(rates.values()))[:, None]
        return flat, clipped > self.saturated_share * n_recorded


def _samples(header: ShardHeader, sample: Int[np.ndarray, "n"], window_s: float) -> dict[str, Int[np.ndarray, "n"]]:
    """Return the first sample of each window in each group; ``sample`` refers to the first group.

    Raises
    ------
    BadRecordingError
        If another group ends more than a sample before the last window.
    """
    samples = {}
    for name, group in header.groups.items():
        first = np.rint(sample * (group.sfreq / header.sfreq)).astype(np.int64)
        last = group.n_samples - round(window_s * group.sfreq)
        if len(first) and first.max() > last + 1:
            raise BadRecordingError(
                f"{header.recording}: the signals of group {name} last {group.n_samples / group.sfreq:g} s, those of "
                f"the first group {header.n_samples / header.sfreq:g} s; leave the recording out."
            )
        samples[f"sample_{name}"] = np.minimum(first, last)
    return samples


def _blocks(
    start_s: Float[np.ndarray, "n"], window_s: float, block_s: float, n_blocks: int
) -> tuple[Int[np.ndarray, "n"], Int[np.ndarray, "n"]]:
    """Return the blocks inside each window, or the block in which it begins if there are none."""
    first = np.ceil(start_s / block_s - 1e-6).astype(np.int64)
    stop = np.floor((start_s + window_s) / block_s + 1e-6).astype(np.int64)
    empty = stop <= first
    first[empty] = np.floor(start_s[empty] / block_s).astype(np.int64)
    stop[empty] = first[empty] + 1
    return np.minimum(first, n_blocks - 1), np.minimum(stop, n_blocks)


def _over(
    blocks: Float[np.ndarray, "n_channels n_blocks"],
    first: Int[np.ndarray, "n"],
    stop: Int[np.ndarray, "n"],
    how: np.ufunc,
) -> Float[np.ndarray, "n_channels n"]:
    """Reduce the blocks [first, stop) of every window."""
    padded = np.concatenate([blocks, blocks[:, -1:]], axis=1)  # reduceat needs every stop to be a valid index
    edges = np.stack([first, stop], axis=1).ravel()
    return np.asarray(how.reduceat(padded, edges, axis=1)[:, ::2])
