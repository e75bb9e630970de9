"""Start of a list of labels in its recording: the same start, by the clock, or at lights off."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.label_list import Clock, LabelList, LabelStart
from eegbench.dataset.timed_texts import Mark

LIGHTS_OFF = re.compile(r"\W*lights?\W*(off|out)\W*", re.IGNORECASE)

DAY_S = 24 * 3600.0

ROUNDED_S = 1.0
"""Tolerance in seconds between times of day, which may be rounded to whole seconds."""


def shift_s(found: LabelList, clock: Clock, counted_from: LabelStart) -> float:
    """Return the shift in seconds from a list's onsets to times from the first sample.

    Raises
    ------
    BadRecordingError
        If the start of the list or the recording is unknown, or the two contradict each other.
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


def lights_off_s(path: Path, notes: Sequence[Mark]) -> float:
    """Return the time of lights off in seconds, from the only such annotation of a recording.

    Raises
    ------
    BadRecordingError
        If there is none, or more than one.
    """
    found = [note.onset_s for note in notes if LIGHTS_OFF.fullmatch(note.text)]
    if len(found) != 1:
        raise BadRecordingError(
            f"{path}: has {len(found)} annotations of lights off, and one is expected "
            "(dataset.hypnogram_start=lights_off); set dataset.hypnogram_start=clock or file."
        )
    return found[0]


def _checked_start(found: LabelList, clock: Clock) -> float:
    """Return the shift of a list that starts with its recording; an anonymised start contradicts no other."""
    if found.start_s is None or found.day is None:
        if not found.from_header:
            _check_time_of_day(found, clock)
        return -clock.first_s if found.from_header else 0.0
    starts = datetime.combine(found.day, datetime.min.time()) + timedelta(seconds=found.start_s)
    if clock.start is not None and starts != clock.start:
        raise BadRecordingError(
            f"{found.path}: starts at {starts} and {clock.path.name} at {clock.start}; equal starts are expected, so "
            "check that the two belong together, and set dataset.hypnogram_start=clock to align them by the clock, or "
            "lights_off where the list counts from lights off."
        )
    return -clock.first_s


def _check_time_of_day(found: LabelList, clock: Clock) -> None:
    """Raise an error for a list whose start has another time of day than its recording's."""
    if found.start_s is None or clock.start is None:
        return
    apart_s = _nearest(found.start_s - _time_of_day_s(clock.start))
    if abs(apart_s) > ROUNDED_S:
        raise BadRecordingError(
            f"{found.path}: says that the recording starts {abs(apart_s):g} s {'after' if apart_s > 0 else 'before'} "
            f"{clock.path.name} does, at {clock.start.time()}; equal starts are expected, so check that the two belong "
            "together, and set dataset.hypnogram_start=clock to align them by the clock."
        )


def _by_clock(found: LabelList, clock: Clock) -> float:
    if clock.start is None:
        raise BadRecordingError(
            f"{clock.path}: does not say at which time of day it starts, so labels cannot be aligned by the clock; set "
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
    """Return a difference between times of day of unknown dates, within half a day."""
    return (difference_s + DAY_S / 2) % DAY_S - DAY_S / 2
