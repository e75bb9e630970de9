"""A list of labels in a file of its own, and the place of its times in the recording."""

import logging
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.marks import Mark, is_bad

LabelStart = Literal["file", "clock", "lights_off"]
"""What the times of a list count from: the first sample of the recording; the clock; lights off."""

LIGHTS_OFF = re.compile(r"\W*lights?\W*(off|out)\W*", re.IGNORECASE)

MOST_SHOWN = 30

DAY_S = 24 * 3600.0

_log = logging.getLogger(__name__)

MIN_FOLLOWING = 10
"""Labels without a gap between them that are taken for a hypnogram of the whole recording."""

ROUNDED_S = 1.0
"""By which times of day differ that are written in whole seconds."""

TOUCHING_S = 0.01
"""Between two labels that follow each other."""

LEAST_COVERED = 0.5
"""Share of a recording that such labels are to cover; where they cover less, times are in another unit."""

MOST_OUTSIDE = 0.1
"""Share of a list's labels that may begin outside its recording, and of a recording that its epochs may leave out."""


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


def laid_on(found: LabelList, clock: Clock, counted_from: LabelStart) -> list[Mark]:
    """Return the labels of a list in seconds from the first sample of a recording.

    Raises
    ------
    BadRecordingError
        Where the two do not say when they start, contradict each other, or are not of one length.
    """
    shift = shift_s(found, clock, counted_from)
    check_place(found, clock, shift, counted_from)
    return [replace(mark, onset_s=mark.onset_s + shift) for mark in found.marks]


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
            f"{file}: has {_labels(counts.total())}, and none with a class; map them by dataset.labels, or set "
            "dataset.labels_from to annotations, triggers, or a file next to the recording such as *.csv; null reads "
            "without labels."
        )


def shift_s(found: LabelList, clock: Clock, counted_from: LabelStart) -> float:
    """Return what is added to onsets so that they count from the first sample.

    Raises
    ------
    BadRecordingError
        Where list and recording do not say when they start, or contradict each other.
    """
    if counted_from == "clock":
        return _by_clock(found, clock)
    if found.by_clock:
        raise BadRecordingError(
            f"{found.path}: its onsets are times of day; set dataset.hypnogram_start=clock, or write seconds."
        )
    if counted_from == "lights_off":
        return lights_off_s(clock.path, clock.notes)
    return _checked_start(found, clock)


def check_place(found: LabelList, clock: Clock, shift: float, counted_from: LabelStart) -> None:
    """Refuse a list that is not as long as its recording: its times or epochs have another unit, or it is another's.

    Raises
    ------
    BadRecordingError
        Where more than a tenth of the labels begin outside the recording, or epochs leave out more than a tenth of it.
    """
    onsets = [mark.onset_s + shift for mark in found.marks]
    outside = [onset for onset in onsets if not -1e-6 <= onset < clock.length_s]
    if len(outside) > MOST_OUTSIDE * len(onsets):
        raise BadRecordingError(
            f"{found.path}: {len(outside)} of {_labels(len(onsets))} begin outside the {clock.length_s:g} s of "
            f"{clock.path.name}, the first at {outside[0]:g} s. Check that the two belong together, that times are in "
            f"seconds, dataset.table.epoch_s, and dataset.hypnogram_start={counted_from} (file | clock | lights_off)."
        )
    if found.epoch_s is None and counted_from == "file":
        _check_covered(found, clock)
    covered_s = len(found.marks) * (found.epoch_s or 0.0)
    if found.epoch_s and counted_from == "file" and covered_s < (1 - MOST_OUTSIDE) * clock.length_s:
        raise BadRecordingError(
            f"{found.path}: {_labels(len(found.marks))} of {found.epoch_s:g} s cover {covered_s:g} s of the "
            f"{clock.length_s:g} s of {clock.path.name}. Set dataset.table.epoch_s to the length of an epoch, "
            "dataset.hypnogram_start=lights_off where the list begins later, or add a column onset."
        )


def _check_covered(found: LabelList, clock: Clock) -> None:
    """Refuse labels without a gap between them that leave most of the recording out; note those that leave out less."""
    marks = sorted(found.marks, key=lambda mark: mark.onset_s)
    lasting = [(mark.onset_s, mark.duration_s) for mark in marks if mark.duration_s is not None]
    if len(lasting) < max(MIN_FOLLOWING, len(marks)):
        return
    ends = [onset + duration for onset, duration in lasting]
    if any(abs(onset - end) > TOUCHING_S for (onset, _), end in zip(lasting[1:], ends, strict=False)):
        return
    covered_s = sum(duration for _, duration in lasting)
    told = f"{len(marks)} labels that follow each other cover {covered_s:g} s of the {clock.length_s:g} s of"
    remedy = "times are to be in seconds, and dataset.hypnogram_start=lights_off where they count from lights off"
    if covered_s < LEAST_COVERED * clock.length_s:
        raise BadRecordingError(
            f"{found.path}: {told} {clock.path.name}: {remedy}; where the rest has no label, add a row for it with the "
            "label n/a."
        )
    if covered_s < (1 - MOST_OUTSIDE) * clock.length_s:
        _log.info("%s: %s %s; %s.", found.path.name, told, clock.path.name, remedy)


def _checked_start(found: LabelList, clock: Clock) -> float:
    """Return the shift of a list that starts with its recording; a start that is anonymous contradicts none."""
    if found.start_s is None or found.day is None:
        if not found.from_header:
            _check_time_of_day(found, clock)
        return -clock.first_s if found.from_header else 0.0
    starts = datetime.combine(found.day, datetime.min.time()) + timedelta(seconds=found.start_s)
    if clock.start is not None and starts != clock.start:
        raise BadRecordingError(
            f"{found.path}: starts at {starts} and {clock.path.name} at {clock.start}; equal starts are expected, so "
            "check that the two belong together, and set dataset.hypnogram_start=clock to lay them by these clocks, or "
            "lights_off where the list counts from lights off."
        )
    return -clock.first_s


def _check_time_of_day(found: LabelList, clock: Clock) -> None:
    """Refuse a list that names another time of day for its start than its recording has."""
    if found.start_s is None or clock.start is None:
        return
    apart_s = _nearest(found.start_s - _time_of_day_s(clock.start))
    if abs(apart_s) > ROUNDED_S:
        raise BadRecordingError(
            f"{found.path}: says that the recording starts {abs(apart_s):g} s {'after' if apart_s > 0 else 'before'} "
            f"{clock.path.name} does, at {clock.start.time()}; equal starts are expected, so check that the two belong "
            "together, and set dataset.hypnogram_start=clock to lay them by these clocks."
        )


def _by_clock(found: LabelList, clock: Clock) -> float:
    if clock.start is None:
        raise BadRecordingError(
            f"{clock.path}: does not say at which time of day it starts, so labels cannot be laid by the clock; set "
            "dataset.hypnogram_start=file, with onsets in seconds from the first sample."
        )
    own_s = _time_of_day_s(clock.start)
    if found.by_clock:
        onset_s = found.marks[0].onset_s
        return _nearest(onset_s - own_s) - onset_s - clock.first_s
    if found.start_s is None:
        raise BadRecordingError(
            f"{found.path}: has no times of day (dataset.hypnogram_start=clock): onsets such as 22:15:30, or a start "
            "in its header, are expected; set dataset.hypnogram_start=file where seconds count from the first sample."
        )
    if found.day is None:
        return _nearest(found.start_s - own_s) - clock.first_s
    return (found.day - clock.start.date()).total_seconds() + found.start_s - own_s - clock.first_s


def _time_of_day_s(moment: datetime) -> float:
    return (moment - datetime.combine(moment, datetime.min.time())).total_seconds()


def _nearest(difference_s: float) -> float:
    """Return a difference between times of day of unknown dates: within half a day."""
    return (difference_s + DAY_S / 2) % DAY_S - DAY_S / 2


def lights_off_s(path: Path, notes: Sequence[Mark]) -> float:
    """Return when lights went off, by the only annotation of a recording that says so.

    Raises
    ------
    BadRecordingError
        Where there is none, or more than one.
    """
    found = [note.onset_s for note in notes if LIGHTS_OFF.fullmatch(note.text)]
    if len(found) != 1:
        raise BadRecordingError(
            f"{path}: has {len(found)} annotations of lights off, and one is expected "
            "(dataset.hypnogram_start=lights_off); set dataset.hypnogram_start=clock or file."
        )
    return found[0]


def _labels(n: int) -> str:
    """Count labels: "1 label", "2 labels"."""
    return f"{n} label{'' if n == 1 else 's'}"
