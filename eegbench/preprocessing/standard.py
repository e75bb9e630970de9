"""Windows of one length along each annotation, flagged where nobody scored them or the signal is bad."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.preprocessing.base import Preprocessing, SignalSteps
from eegbench.preprocessing.judgement import Judgement
from eegbench.preprocessing.labels import labelled
from eegbench.store import Shard
from eegbench.types import UNSCORED


@dataclass(frozen=True, kw_only=True)
class Standard(Preprocessing):
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

    signal: SignalSteps
    window_s: float
    stride_s: float
    normalise: Literal["window", "recording", "none"]
    flat_uv: float | None
    saturated_share: float | None

    def __post_init__(self) -> None:
        for name, value in (("window_s", self.window_s), ("stride_s", self.stride_s)):
            if value <= 0:
                raise ValueError(f"preprocessing.{name}={value:g}: a time in seconds above 0 is expected.")

    @property
    def least_s(self) -> float:
        """A recording must be as long as a window."""
        return self.window_s

    def windows(self, shards: Sequence[Shard], dataset: Dataset) -> pd.DataFrame:
        """Cut windows from each shard.

        Returns
        -------
        pandas.DataFrame
            Columns ``shard, sample_<group>, start_s, window_s, label, scored, flat, saturated, rejected``.

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
                "set preprocessing.window_s lower, take preprocessing=trial where cues begin trials, or leave the "
                "recording out."
            )
        judgement = Judgement(flat_uv=self.flat_uv, saturated_share=self.saturated_share)
        return judgement.rows(number, shard, sample, label, self.window_s)

    def _cut(self, shard: Shard, dataset: Dataset) -> tuple[Int[np.ndarray, "n"], Int[np.ndarray, "n"]]:
        sfreq = shard.header.sfreq
        length, stride = self.n_times(sfreq), max(1, round(self.stride_s * sfreq))
        starts, labels = [], []
        for first, stop, label in _spans(shard, dataset):
            inside = np.arange(first, stop - length + 1, stride, dtype=np.int64)
            starts.append(inside)
            labels.append(np.full(len(inside), label, dtype=np.int64))
        return np.concatenate(starts), np.concatenate(labels)


def _spans(shard: Shard, dataset: Dataset) -> list[tuple[int, int, int]]:
    """Return first sample, stop and label of every annotation, and of the gaps between them, in order of time."""
    header = shard.header
    spans, end = [], 0
    for onset_s, duration_s, label in labelled(header, dataset):
        first = max(0, round(onset_s * header.sfreq))
        stop = min(header.n_samples, round((onset_s + duration_s) * header.sfreq))
        spans += [(end, first, UNSCORED), (first, stop, label)]
        end = max(end, stop)
    return [*spans, (end, header.n_samples, UNSCORED)]
