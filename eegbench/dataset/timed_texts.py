"""Texts with times, such as the stages of a night, before they become MNE annotations of a recording."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import mne
import numpy as np

from eegbench.text import composed

EPOCH_EDGE = "EDGE epoch"
"""Annotation at the start of an epoch that does not continue the one before; MNE filters up to such an ``edge``."""


MIN_MARK_S = 1e-3
"""Duration in seconds of a mark of bad signal that has none; windows that include it are rejected."""


def is_bad(text: str, known: Collection[str]) -> bool:
    """Return whether an annotation marks bad signal: as in MNE, its text begins with ``bad``, in any case.

    Parameters
    ----------
    text
        Text of the annotation.
    known
        Texts that have a class or are ignored; these do not mark bad signal.
    """
    return text not in known and text.casefold().startswith("bad")


@dataclass(frozen=True)
class Mark:
    """A text with a time.

    Attributes
    ----------
    onset_s
        Onset in seconds, relative to the list's origin.
    duration_s
        Duration in seconds; None if unknown.
    text
        Text without surrounding spaces, and with composed accents.
    """

    onset_s: float
    duration_s: float | None
    text: str

    def __post_init__(self) -> None:
        """Normalise the text."""
        object.__setattr__(self, "text", composed(self.text.strip()))


def lasting(marks: Sequence[Mark], end_s: float, known: Collection[str]) -> list[Mark]:
    """Set the duration of marks without one, or with one of 0: each lasts until the next of them.

    The last one gets the median duration, and a single one lasts until the end. Marks of bad signal (`is_bad`) get a
    short duration, do not end other marks, and come last.

    Parameters
    ----------
    marks
        Marks in any order.
    end_s
        End of the recording in seconds.
    known
        Texts that have a class or are ignored.
    """
    bad = [replace(m, duration_s=m.duration_s or MIN_MARK_S) for m in marks if is_bad(m.text, known)]
    labels = [mark for mark in marks if not is_bad(mark.text, known)]
    return [*_until_the_next(labels, end_s), *bad]


def _until_the_next(marks: Sequence[Mark], end_s: float) -> list[Mark]:
    ordered = sorted(marks, key=lambda mark: mark.onset_s)
    onset = np.unique([mark.onset_s for mark in ordered if not mark.duration_s])
    if not len(onset):
        return ordered
    last_s = float(np.median(np.diff(onset))) if len(onset) > 1 else max(0.0, end_s - float(onset[0]))
    ends = dict(zip(onset.tolist(), [*onset[1:].tolist(), float(onset[-1]) + last_s], strict=True))
    return [m if m.duration_s else replace(m, duration_s=ends[m.onset_s] - m.onset_s) for m in ordered]


def annotations(marks: Sequence[Mark], *, shift_s: float, length_s: float) -> "mne.Annotations":
    """Convert marks to annotations of a recording, shifted in time, and cut at its start and end."""
    onset = np.array([mark.onset_s for mark in marks], dtype=float) + shift_s
    stop = np.minimum(onset + np.array([mark.duration_s or 0.0 for mark in marks], dtype=float), length_s)
    onset = np.maximum(onset, 0.0)
    inside = stop > onset
    texts = [mark.text for mark, is_inside in zip(marks, inside, strict=True) if is_inside]
    return mne.Annotations(onset[inside], (stop - onset)[inside], texts)
