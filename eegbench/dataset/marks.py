"""Texts at times, such as the stages of a night, before they become MNE annotations of a recording."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import mne
import numpy as np

from eegbench.text import composed

EPOCH_EDGE = "EDGE epoch"
"""Annotation where an epoch begins whose samples do not follow those before; MNE filters up to such an ``edge``."""


MOMENT_S = 1e-3
"""What a mark of bad signal without a duration lasts: windows that hold this moment are rejected."""


def is_bad(text: str, known: Collection[str]) -> bool:
    """Whether an annotation marks bad signal: as in MNE its text begins with ``bad``, in capitals or not.

    Parameters
    ----------
    text
        Of the annotation.
    known
        The texts that have a class or are ignored; these mark nothing.
    """
    return text not in known and text.casefold().startswith("bad")


@dataclass(frozen=True)
class Mark:
    """A text at a time.

    Attributes
    ----------
    onset_s
        Seconds from wherever the list counts.
    duration_s
        None where the list does not say.
    text
        Without blanks around it, and with composed accents, however it was written.
    """

    onset_s: float
    duration_s: float | None
    text: str

    def __post_init__(self) -> None:
        """Bring the text into its form."""
        object.__setattr__(self, "text", composed(self.text.strip()))


def lasting(marks: Sequence[Mark], end_s: float, known: Collection[str]) -> list[Mark]:
    """Give marks without a duration, or with one of 0, theirs: each lasts until the next of them.

    The last one lasts as long as most do (the median), and a single one until the end. Marks of bad signal (`is_bad`)
    neither last so long nor end others; they come last.

    Parameters
    ----------
    marks
        In any order.
    end_s
        Where the recording ends.
    known
        The texts that have a class or are ignored.
    """
    bad = [replace(m, duration_s=m.duration_s or MOMENT_S) for m in marks if is_bad(m.text, known)]
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
    """Return marks as annotations of a recording, moved by a time, and cut where the recording begins and ends."""
    onset = np.array([mark.onset_s for mark in marks], dtype=float) + shift_s
    stop = np.minimum(onset + np.array([mark.duration_s or 0.0 for mark in marks], dtype=float), length_s)
    onset = np.maximum(onset, 0.0)
    inside = stop > onset
    texts = [mark.text for mark, is_inside in zip(marks, inside, strict=True) if is_inside]
    return mne.Annotations(onset[inside], (stop - onset)[inside], texts)
