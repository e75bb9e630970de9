"""A list of labels from a separate file, and the times of the recording that it is aligned with."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.timed_texts import Mark, is_bad
from eegbench.score.render import plural

LabelStart = Literal["file", "clock", "lights_off"]
"""Origin of the times in a list: the first sample of the recording; the clock; lights off."""

MOST_SHOWN = 30


@dataclass(frozen=True)
class LabelList:
    """Labels of a file, before they are aligned with a recording.

    Attributes
    ----------
    path
        Path of the file.
    marks
        Onsets in seconds: from midnight if ``by_clock``, and otherwise from the list's own origin.
    by_clock
        Whether onsets are times of day.
    start_s, day
        Start of the list: seconds after midnight, and date; None if unknown.
    epoch_s
        Length of its epochs if it has no onsets: the first label is then at its start.
    from_header
        Whether onsets are relative to a start in a header, as in EDF+, and not to the first sample; the start itself
        may be anonymised.
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
    """Times of a recording that are needed to align a list of labels.

    Attributes
    ----------
    path
        Path of the signal.
    start
        Date and local time of the file's start; None if unknown.
    first_s
        Time of the first sample in seconds after the start.
    length_s
        Length of the recording in seconds.
    notes
        Annotations of the recording, relative to its first sample.
    """

    path: Path
    start: datetime | None
    first_s: float
    length_s: float
    notes: Sequence[Mark]


def check_known(file: Path, marks: Sequence[Mark], labels: Mapping[str, str], ignored: Sequence[str]) -> None:
    """Raise an error for unknown labels that do not mark bad signal, and if no label has a class.

    Raises
    ------
    BadRecordingError
        With all unknown labels and their counts.
    """
    known = {*labels, *ignored}
    counts = Counter(mark.text for mark in marks if not is_bad(mark.text, known))
    unknown = [f"{text!r} ({n})" for text, n in counts.items() if text not in known]
    if unknown:
        more = f" and {len(unknown) - MOST_SHOWN} more" if len(unknown) > MOST_SHOWN else ""
        raise BadRecordingError(
            f"{file}: has the labels {', '.join(unknown[:MOST_SHOWN])}{more}, which are neither in dataset.labels "
            "nor in dataset.ignored. Choose dataset/labels=aasm or another of the shipped ones, type "
            "'dataset.labels={\"TEXT\": CLASS, …}', or add them to 'dataset.ignored=[\"TEXT\"]'."
        )
    if not any(mark.text in labels for mark in marks):
        raise BadRecordingError(
            f"{file}: has {plural(counts.total(), 'label')}, and none with a class; map them by dataset.labels, or set "
            "dataset.labels_from to annotations, triggers, or a file next to the recording such as *.csv; null reads "
            "without labels."
        )
