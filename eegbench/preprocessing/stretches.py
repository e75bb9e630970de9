"""Labelled time of a recording: spans that do not overlap, and the stretches from which windows are cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Int

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.preprocessing.labels import labelled
from eegbench.store.shard import ShardHeader
from eegbench.types import UNSCORED

SLACK = 1
"""Tolerance for rounding of times, in samples: for gaps between spans, and for the end of a window."""


@dataclass(frozen=True)
class Spans:
    """Spans of one class each in a recording, in order of time and without overlap.

    Attributes
    ----------
    first, stop
        First sample of each span, and the first one after it.
    label
        Class of each span.
    """

    first: Int[np.ndarray, "n"]
    stop: Int[np.ndarray, "n"]
    label: Int[np.ndarray, "n"]

    def between(self, first: int, stop: int) -> "Spans":
        """Return the spans in a part of the recording, cut at its ends."""
        begin, end = np.maximum(self.first, first), np.minimum(self.stop, stop)
        inside = end > begin
        return Spans(begin[inside], end[inside], self.label[inside])

    def parts(self, place: int, n_samples: int, shortest_gap: int) -> list[tuple[int, int]]:
        """Return first sample and stop of each stretch for windows, in order of time; stretches cover everything.

        Parameters
        ----------
        place, n_samples
            First sample and stop of the part of the recording.
        shortest_gap
            Minimum number of samples without a class that end a stretch and form one themselves.
        """
        ends = np.flatnonzero(self.first[1:] - self.stop[:-1] >= shortest_gap) + 1
        edges = [0, *ends.tolist(), len(self.first)]
        found: list[tuple[int, int]] = []
        for begin, end in pairwise(edges):
            if begin == end:
                continue
            first, stop = int(self.first[begin]), int(self.stop[end - 1])
            found += [(place, first), (first, stop)]
            place = stop
        return [(first, stop) for first, stop in [*found, (place, n_samples)] if stop > first]

    def covered(
        self, sample: Int[np.ndarray, "n_windows"], length: int, n_classes: int
    ) -> Int[np.ndarray, "n_classes n_windows"]:
        """Count the samples of each class in windows of a given length."""
        found = np.zeros((n_classes, len(sample)), dtype=np.int64)
        for label in np.unique(self.label):
            own = self.label == label
            edges = np.stack([self.first[own], self.stop[own]], axis=1).ravel()
            before = np.cumsum(np.stack([np.zeros(own.sum()), (self.stop - self.first)[own]], axis=1).ravel())
            until = [np.interp(place, edges, before) for place in (sample, sample + length)]
            found[label] = np.rint(until[1] - until[0]).astype(np.int64)
        return found

    def at(self, sample: Int[np.ndarray, "n_windows"]) -> Int[np.ndarray, "n_windows"]:
        """Return the class at each sample."""
        if not len(self.first):
            return np.full(len(sample), UNSCORED, dtype=np.int64)
        place = np.searchsorted(self.first, sample, side="right") - 1
        inside = (place >= 0) & (sample < self.stop[place])
        return np.where(inside, self.label[place], UNSCORED)


def spans_of(header: ShardHeader, dataset: Dataset) -> Spans:
    """Return the labelled spans of a recording; ignored annotations have no class and do not shorten other spans.

    Raises
    ------
    BadRecordingError
        If a label is unknown, or two classes overlap in time.
    """
    found: list[tuple[int, int, int]] = []
    for onset_s, duration_s, label in labelled(header, dataset):
        first = max(0, round(onset_s * header.sfreq))
        stop = min(header.n_samples, round((onset_s + duration_s) * header.sfreq))
        if label != UNSCORED and stop > first:
            _add(found, first, stop, label, header, dataset.classes)
    columns = np.array(found, dtype=np.int64).reshape(-1, 3).T
    return Spans(*columns)


def _add(
    spans: list[tuple[int, int, int]], first: int, stop: int, label: int, header: ShardHeader, classes: Sequence[str]
) -> None:
    """Add a span that begins no earlier than the others; it is joined to the last span if the class is the same."""
    if spans and first <= spans[-1][1] + SLACK:
        last_first, last_stop, last_label = spans[-1]
        if label == last_label:
            spans[-1] = last_first, max(stop, last_stop), label
            return
        if first < last_stop - SLACK:
            until = min(stop, last_stop) / header.sfreq
            raise BadRecordingError(
                f"{header.recording}: from {header.start_s + first / header.sfreq:g} s to {header.start_s + until:g} s "
                f"it is labelled {classes[last_label]} and {classes[label]}. Expected one class at a time: keep one "
                "scorer in the file, or add event annotations to dataset.ignored."
            )
        spans[-1] = last_first, first, last_label
    if stop > first:
        spans.append((first, stop, label))
