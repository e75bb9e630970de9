"""A list of labels in a file of its own, and the recording that it can be laid on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.marks import Mark, is_bad
from eegbench.score.render import plural

LabelStart = Literal["file", "clock", "lights_off"]
"""What the times of a list count from: the first sample of the recording; the clock; lights off."""

MOST_SHOWN = 30


@dataclass(frozen=True)
class LabelList:
    """Labels of a file, before they are laid on a recording.

    Attributes
    ----------
    path
        The file.
    marks
        Onsets in seconds: from midnight where ``by_clock``, and otherwise from wherever the list counts.
    by_clock
        Whether onsets are written as times of day.
    start_s, day
        When the list starts: seconds after midnight, and the date; None where it does not say.
    epoch_s
        Length of its epochs where it has no onsets: then the first label belongs to its start.
    from_header
        Whether onsets count from the start that a header names, as in EDF+, and not from the first sample; the start
        itself may be anonymous.
    """

    path: Path
    marks: tuple[Mark, ...]
    by_clock: bool = False
    start_s: float | None = None
    day: date | None = None
    epoch_s: float | None = None
    from_header: bool = False


@dataclass(frozen=True)
class Clock:
    """What a list of labels can be laid on.

    Attributes
    ----------
    path
        File of the signal.
    start
        Date and time of day at which the file starts, where it was recorded; None where it does not say.
    first_s
        When the first sample was taken, in seconds after the start.
    length_s
        Of the recording.
    notes
        Its own annotations, from its first sample.
    """

    path: Path
    start: datetime | None
    first_s: float
    length_s: float
    notes: Sequence[Mark]


def check_known(file: Path, marks: Sequence[Mark], labels: Mapping[str, str], ignored: Sequence[str]) -> None:
    """Refuse labels without a class that are neither ignored nor mark bad signal, and a list in which none has a class.

    Raises
    ------
    BadRecordingError
        Names all of them, and how often they are there.
    """
    known = {*labels, *ignored}
    counts = Counter(mark.text for mark in marks if not is_bad(mark.text, known))
    unknown = [f"{text!r} ({n})" for text, n in counts.items() if text not in known]
    if unknown:
        more = f" and {len(unknown) - MOST_SHOWN} more" if len(unknown) > MOST_SHOWN else ""
        raise BadRecordingError(
            f"{file}: has the labels {', '.join(unknown[:MOST_SHOWN])}{more}, which stand neither in dataset.labels "
            "nor in dataset.ignored. Choose dataset/labels=aasm or another of the shipped ones, type "
            "'dataset.labels={\"TEXT\": CLASS, …}', or add them to 'dataset.ignored=[\"TEXT\"]'."
        )
    if not any(mark.text in labels for mark in marks):
        raise BadRecordingError(
            f"{file}: has {plural(counts.total(), 'label')}, and none with a class; map them by dataset.labels, or set "
            "dataset.labels_from to annotations, triggers, or a file next to the recording such as *.csv; null reads "
            "without labels."
        )
