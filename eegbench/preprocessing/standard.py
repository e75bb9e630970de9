"""Windows of one length along each annotation, flagged where nobody scored them or the signal is bad."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.preprocessing.filtered import Filtered
from eegbench.store import Shard
from eegbench.types import UNSCORED


@dataclass(frozen=True, kw_only=True)
class Standard:
    """Filter once, then cut windows from every annotation and from what lies between annotations.

    Within an annotation windows start at its onset and every ``stride_s`` after it; the last one ends inside it,
    so no window has two labels. What no annotation covers is cut likewise and stays unscored.

    Parameters
    ----------
    signal
        What is done to the continuous signal.
    window_s, stride_s
        Length of a window and distance between starts, in seconds.
    normalise
        Each channel to mean 0 and standard deviation 1 over its ``window``, its ``recording``, or ``none``.
    flat_uv
        A window is rejected where a channel, as recorded, stays within so many µV; None keeps all.
    saturated_share
        A window is rejected where more than this share of a channel's samples lies at the amplifier's limit;
        None keeps all.
    """

    signal: Filtered
    window_s: float
    stride_s: float
    normalise: Literal["window", "recording", "none"]
    flat_uv: float | None
    saturated_share: float | None

    def __post_init__(self) -> None:
        for name, value in (("window_s", self.window_s), ("stride_s", self.stride_s)):
            if value <= 0:
                raise ValueError(f"preprocessing.{name}={value:g}: a time in seconds above 0 is expected.")

    def windows(self, shards: Sequence[Shard], dataset: Dataset) -> pd.DataFrame:
        """Cut windows from each shard.

        Returns
        -------
        pandas.DataFrame
            Columns ``shard, sample, start_s, window_s, label, scored, flat, saturated, rejected``.

        Raises
        ------
        BadRecordingError
            Where a recording has a label that the map does not know, or is shorter than a window.
        """
        return pd.concat(
            [self._of_shard(number, shard, dataset) for number, shard in enumerate(shards)], ignore_index=True
        )

    def n_times(self, sfreq: float) -> int:
        """Return the samples in a window."""
        return round(self.window_s * sfreq)

    def _of_shard(self, number: int, shard: Shard, dataset: Dataset) -> pd.DataFrame:
        header = shard.header
        sample, label = self._cut(shard, dataset)
        if len(sample) == 0:
            raise BadRecordingError(
                f"{header.recording}: {header.n_samples / header.sfreq:g} s hold no window of {self.window_s:g} s; "
                "set preprocessing.window_s lower, or leave the recording out."
            )
        flat, saturated = self._judge(shard, sample)
        return pd.DataFrame(
            {
                "shard": number,
                "sample": sample,
                "start_s": np.round(header.start_s + sample / header.sfreq, 6),
                "window_s": self.window_s,
                "label": label,
                "scored": label != UNSCORED,
                "flat": flat,
                "saturated": saturated,
                "rejected": flat | saturated,
            }
        )

    def _cut(self, shard: Shard, dataset: Dataset) -> tuple[Int[np.ndarray, "n"], Int[np.ndarray, "n"]]:
        sfreq = shard.header.sfreq
        length, stride = self.n_times(sfreq), max(1, round(self.stride_s * sfreq))
        starts, labels = [], []
        for first, stop, label in _spans(shard, dataset):
            inside = np.arange(first, stop - length + 1, stride, dtype=np.int64)
            starts.append(inside)
            labels.append(np.full(len(inside), label, dtype=np.int64))
        return np.concatenate(starts), np.concatenate(labels)

    def _judge(self, shard: Shard, sample: Int[np.ndarray, "n"]) -> tuple[Bool[np.ndarray, "n"], Bool[np.ndarray, "n"]]:
        sfreq, block_s = shard.header.sfreq, shard.header.block_s
        first, stop = _blocks(sample / sfreq, self.window_s, block_s, shard.quality.shape[2])
        low, high, clipped = (
            _over(quality, first, stop, how) for quality, how in zip(shard.quality, _HOW, strict=True)
        )
        none = np.zeros(len(sample), dtype=bool)
        flat = none if self.flat_uv is None else ((high - low) < self.flat_uv).any(axis=0)
        if self.saturated_share is None:
            return flat, none
        n_recorded = (stop - first) * block_s * shard.header.recorded_sfreq
        return flat, (clipped > self.saturated_share * n_recorded).any(axis=0)


_HOW = (np.minimum, np.maximum, np.add)


def _spans(shard: Shard, dataset: Dataset) -> list[tuple[int, int, int]]:
    """Return first sample, stop and label of every annotation, and of the gaps between them, in order of time."""
    header = shard.header
    numbers = {name: position for position, name in enumerate(dataset.classes)}
    spans, end = [], 0
    for onset_s, duration_s, description in sorted(header.annotations):
        if description not in dataset.labels and description not in dataset.ignored:
            raise BadRecordingError(
                f"{header.recording}: the label {description!r} is in neither dataset.labels "
                f"({', '.join(dataset.labels)}) nor dataset.ignored; add it to one of them."
            )
        first = max(0, round(onset_s * header.sfreq))
        stop = min(header.n_samples, round((onset_s + duration_s) * header.sfreq))
        name = dataset.labels.get(description)
        spans += [(end, first, UNSCORED), (first, stop, UNSCORED if name is None else numbers[name])]
        end = max(end, stop)
    return [*spans, (end, header.n_samples, UNSCORED)]


def _blocks(
    start_s: Float[np.ndarray, "n"], window_s: float, block_s: float, n_blocks: int
) -> tuple[Int[np.ndarray, "n"], Int[np.ndarray, "n"]]:
    """Return the blocks that lie inside each window, or the one it begins in where it holds none."""
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
    padded = np.concatenate([blocks, blocks[:, -1:]], axis=1)  # reduceat wants every stop to be an index
    edges = np.stack([first, stop], axis=1).ravel()
    return np.asarray(how.reduceat(padded, edges, axis=1)[:, ::2])
