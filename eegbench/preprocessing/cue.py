"""The annotations with a class at which trials begin, and how far a trial may reach."""

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
        First sample of each annotation, and the first one after it; equal where it has no duration.
    label
        Class of each.
    begin, end
        First sample and stop of the part of the recording in which each comes: its epoch, or all of it.
    n_repeated
        Annotations that are left out, as they stand where another of their class stands.
    """

    onset: Int[np.ndarray, "n"]
    stop: Int[np.ndarray, "n"]
    label: Int[np.ndarray, "n"]
    begin: Int[np.ndarray, "n"]
    end: Int[np.ndarray, "n"]
    n_repeated: int

    def following(self, beyond: int) -> Int[np.ndarray, "n"]:
        """Return the onset of the next cue; after the last one, a sample that is given."""
        return np.append(self.onset[1:], beyond)


def cues_of(header: ShardHeader, dataset: Dataset) -> Cues:
    """Return the cues of a recording.

    Raises
    ------
    BadRecordingError
        Where a label is unknown, or two classes begin at one time.
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
    """Say why a recording holds no trial.

    Parameters
    ----------
    header
        Of the recording.
    n_cues
        Its cues.
    remedy
        What to set where trials are too long.
    """
    if n_cues:
        begin, end = max(parts_of(header), key=lambda part: part[1] - part[0])
        length_s = (end - begin) / header.sfreq
        why = f"the trials of {n_cues} cues pass the ends of its {length_s:g} s, or the next cue comes within; {remedy}"
    else:
        there = ", ".join(sorted({description for *_, description in header.annotations}))
        why = f"no annotation has a class, there is {there or 'none'}; give one a class by dataset.labels"
    return f"{header.recording}: holds no trial: {why}, or leave the recording out."


def _without_repetitions(cues: Sequence[tuple[float, float, int]], sfreq: float) -> list[tuple[float, float, int]]:
    """Leave out cues that follow one of their class within a sample: it was written twice."""
    found: list[tuple[float, float, int]] = []
    for cue in cues:
        if not found or cue[-1] != found[-1][-1] or cue[0] - found[-1][0] > (SLACK + 0.5) / sfreq:
            found.append(cue)
    return found


def _check_one_class(header: ShardHeader, cues: Sequence[tuple[float, float, int]], classes: Sequence[str]) -> None:
    """Refuse two cues of different classes at one time."""
    for (before_s, _, before), (onset_s, _, label) in pairwise(cues):
        sample = round(onset_s * header.sfreq)
        if sample == round(before_s * header.sfreq) and label != before:
            raise BadRecordingError(
                f"{header.recording}: at {header.start_s + sample / header.sfreq:g} s it is labelled "
                f"{classes[before]} and {classes[label]}. One class at a time is expected: leave one of the two out "
                "of dataset.labels, and add it to dataset.ignored."
            )
