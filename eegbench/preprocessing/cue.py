"""Annotations with a class at which trials begin, and the limits of each trial."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Int

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.preprocessing.labels import labelled, parts_of
from eegbench.preprocessing.stretches import SLACK
from eegbench.store.shard import ShardHeader
from eegbench.types import UNSCORED


@dataclass(frozen=True)
class Cues:
    """The cues of a recording, in order of time.

    Attributes
    ----------
    onset, stop
        First sample of each annotation, and the first one after it; the same if it has no duration.
    label
        Class of each cue.
    begin, end
        First sample and stop of the part of the recording that contains each cue: its epoch, or the whole recording.
    n_repeated
        Number of annotations that are left out because another one of the same class is at the same time.
    """

    onset: Int[np.ndarray, "n"]
    stop: Int[np.ndarray, "n"]
    label: Int[np.ndarray, "n"]
    begin: Int[np.ndarray, "n"]
    end: Int[np.ndarray, "n"]
    n_repeated: int

    def following(self, beyond: int) -> Int[np.ndarray, "n"]:
        """Return the onset of the next cue of each cue; ``beyond`` for the last one."""
        return np.append(self.onset[1:], beyond)


def cues_of(header: ShardHeader, dataset: Dataset) -> Cues:
    """Return the cues of a recording.

    Raises
    ------
    BadRecordingError
        If a label is unknown, or two classes begin at one time.
    """
    every = [event for event in labelled(header, dataset) if event[-1] != UNSCORED]
    _check_one_class(header, every, dataset.classes)
    kept = _without_repetitions(every, header.sfreq)
    onset = np.array([round(onset_s * header.sfreq) for onset_s, _, _ in kept], dtype=np.int64)
    stop = np.array([round((onset_s + duration_s) * header.sfreq) for onset_s, duration_s, _ in kept], dtype=np.int64)
    begin, end = np.array(parts_of(header), dtype=np.int64).T
    place = np.clip(np.searchsorted(begin, onset, side="right") - 1, 0, None)
    label = np.array([label for *_, label in kept], dtype=np.int64)
    return Cues(onset, stop, label, begin[place], end[place], len(every) - len(kept))


def no_trial(header: ShardHeader, n_cues: int, *, remedy: str) -> str:
    """Return the error message for a recording without trials.

    Parameters
    ----------
    header
        Header of the recording.
    n_cues
        Number of its cues.
    remedy
        What to set if trials are too long.
    """
    if n_cues:
        begin, end = max(parts_of(header), key=lambda part: part[1] - part[0])
        length_s = (end - begin) / header.sfreq
        why = f"the trials of {n_cues} cues reach beyond its {length_s:g} s, or contain the next cue; {remedy}"
    else:
        there = ", ".join(sorted({description for *_, description in header.annotations}))
        why = f"no annotation has a class (annotations: {there or 'none'}); assign classes with dataset.labels"
    return f"{header.recording}: contains no trial: {why}, or leave the recording out."


def _without_repetitions(cues: Sequence[tuple[float, float, int]], sfreq: float) -> list[tuple[float, float, int]]:
    """Remove cues that follow one of the same class within a sample, because they were written twice."""
    found: list[tuple[float, float, int]] = []
    for cue in cues:
        if not found or cue[-1] != found[-1][-1] or cue[0] - found[-1][0] > (SLACK + 0.5) / sfreq:
            found.append(cue)
    return found


def _check_one_class(header: ShardHeader, cues: Sequence[tuple[float, float, int]], classes: Sequence[str]) -> None:
    """Raise an error if two cues of different classes are at the same time."""
    for (before_s, _, before), (onset_s, _, label) in pairwise(cues):
        sample = round(onset_s * header.sfreq)
        if sample == round(before_s * header.sfreq) and label != before:
            raise BadRecordingError(
                f"{header.recording}: at {header.start_s + sample / header.sfreq:g} s it is labelled "
                f"{classes[before]} and {classes[label]}. Expected one class at a time: remove one of the two from "
                "dataset.labels, and add it to dataset.ignored."
            )
