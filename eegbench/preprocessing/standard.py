"""Windows of one length along the recording, labelled by a rule, or marked as unscored."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Int

from eegbench.config import Positive, Share
from eegbench.dataset import BadRecordingError, Dataset
from eegbench.preprocessing.base import Cut, Preprocessing, SignalSteps
from eegbench.preprocessing.feature import Feature
from eegbench.preprocessing.labels import parts_of
from eegbench.preprocessing.padding import RecordingPadding
from eegbench.preprocessing.stretches import SLACK, Spans, spans_of
from eegbench.store import Shard
from eegbench.types import UNSCORED

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Standard(Preprocessing):
    """Filter once, then cut windows along each stretch of labelled time, and along the time between stretches.

    A stretch is a time of consecutive labels of any class; a part without a class ends it if a window fits into that
    part. Windows start at its first sample and every ``stride_s`` after it; the last one ends inside it.

    Parameters
    ----------
    window_s, stride_s
        Length of a window and distance between starts, in seconds.
    label_rule
        Class of a window: the one of more than half of its samples (``majority``), the one of all of them
        (``all_equal``, up to a sample), or the one at its centre (``centre``). If there is none, the window is
        unscored.
    padding
        Padding before the first and after the last window of a recording in sequences, set with
        ``+preprocessing/padding=constant_padding``; None leaves these places absent.
    signal, normalise, flat_uv, saturated_share, features
        See `eegbench.preprocessing.base.Preprocessing`.
    """

    signal: SignalSteps
    window_s: Positive
    stride_s: Positive
    label_rule: Literal["majority", "all_equal", "centre"]
    normalise: Literal["window", "recording", "none"]
    flat_uv: Positive | None
    saturated_share: Share | None
    features: Mapping[str, Feature]
    padding: RecordingPadding | None

    def __post_init__(self) -> None:
        if self.padding is not None:
            self._check_padding(self.padding)

    @property
    def padded(self) -> RecordingPadding | None:
        """Padding set by the option."""
        return self.padding

    @property
    def least_s(self) -> float:
        """Length of a window."""
        return self.window_s

    @property
    def answered(self) -> "Standard":
        """Preprocessing with windows no longer than their stride, so that they do not overlap."""
        return replace(self, window_s=min(self.window_s, self.stride_s))

    @property
    def labels_centre(self) -> bool:
        """True with ``label_rule=centre``."""
        return self.label_rule == "centre"

    def n_times(self, sfreq: float) -> int:
        """Return the number of samples in a window."""
        return round(self.window_s * sfreq)

    def cut(self, shard: Shard, dataset: Dataset) -> Cut:
        """Return the windows of a recording, with their labels.

        Raises
        ------
        BadRecordingError
            If a label is unknown, two classes overlap in time, or the recording is shorter than a window.
        """
        header, spans = shard.header, spans_of(shard.header, dataset)
        length = self.n_times(header.sfreq)
        sample = np.concatenate([self._in_part(part, spans, header.sfreq) for part in parts_of(header)])
        if len(sample) == 0:
            raise BadRecordingError(
                f"{header.recording}: its {header.n_samples / header.sfreq:g} s contain no window of {self.window_s:g} "
                "s; set a lower preprocessing.window_s, use preprocessing=trial if cues begin trials, or leave the "
                "recording out."
            )
        label = self._labels(spans, sample, length, len(dataset.classes))
        n_labelled = int((spans.stop - spans.first).sum())
        step = self.answered.n_times(header.sfreq) if self.labels_centre else length
        asked = sample[label != UNSCORED] + (length - step) // 2
        counts = {"labelled": n_labelled, "lost": _lost(spans, asked, step)}
        return Cut(sample, label, self.window_s, counts=counts)

    def _check_padding(self, padding: RecordingPadding) -> None:
        """Raise an error for padding that is not a whole number of windows, or that windows would overlap."""
        if self.stride_s != self.window_s:
            raise ValueError(
                f"preprocessing.padding: windows of {self.window_s:g} s every {self.stride_s:g} s would overlap the "
                "padding; set preprocessing.stride_s to preprocessing.window_s, or preprocessing.padding=null."
            )
        if self.normalise == "recording":
            raise ValueError(
                "preprocessing.padding: with preprocessing.normalise=recording a constant would have a different value "
                "in each recording; set preprocessing.normalise to none or window, or preprocessing.padding=null."
            )
        padding.of(self.window_s)

    def tell(self, cuts: Sequence[Cut]) -> None:
        """Log the proportion of labelled time that is in no window with a class."""
        labelled, lost = (sum(cut.counts[name] for cut in cuts) for name in ("labelled", "lost"))
        n_affected = sum(cut.counts["lost"] > 0 for cut in cuts)
        if lost and self.stride_s <= self.window_s:
            _log.info(
                "%.3g %% of the labelled time, in %d of %d recordings, lies in no %s with a class "
                "(preprocessing.window_s=%g, label_rule=%s).",
                *(100 * lost / labelled, n_affected, len(cuts)),
                *("middle of a window" if self.labels_centre else "window", self.window_s, self.label_rule),
            )

    def _in_part(self, part: tuple[int, int], spans: Spans, sfreq: float) -> Int[np.ndarray, "n"]:
        """Return the first samples of the windows in an epoch, or in a continuous recording."""
        stretches = spans.between(*part).parts(*part, self.n_times(sfreq))
        return np.concatenate([self._starts(stretch, sfreq, part[1]) for stretch in stretches])

    def _starts(self, part: tuple[int, int], sfreq: float, n_samples: int) -> Int[np.ndarray, "n"]:
        """Return the first samples of the windows in a stretch."""
        first, stop = part
        room = min(stop + SLACK, n_samples) - first - self.n_times(sfreq)
        n_windows = 0 if room < 0 else 1 + int((room + 0.5) // (self.stride_s * sfreq))
        starts = first + np.rint(np.arange(n_windows) * (self.stride_s * sfreq)).astype(np.int64)
        return np.unique(starts[starts <= first + room])

    def _labels(self, spans: Spans, sample: Int[np.ndarray, "n"], length: int, n_classes: int) -> Int[np.ndarray, "n"]:
        if self.label_rule == "centre":
            return spans.at(sample + length // 2)
        least = length - SLACK if self.label_rule == "all_equal" else length // 2 + 1
        covered = spans.covered(sample, length, max(1, n_classes))
        return np.where(covered.max(axis=0, initial=0) >= least, covered.argmax(axis=0), UNSCORED)


def _lost(spans: Spans, sample: Int[np.ndarray, "n"], length: int) -> int:
    """Count the labelled samples outside all windows, with a tolerance of one sample at either end of each."""
    reached = np.maximum.accumulate(sample + length + SLACK)
    gaps_first, gaps_stop = np.append(0, reached), np.append(sample - SLACK, np.iinfo(np.int64).max)
    found = 0
    for first, stop in zip(spans.first, spans.stop, strict=True):
        found += int(np.clip(np.minimum(gaps_stop, stop) - np.maximum(gaps_first, first), 0, None).sum())
    return found
