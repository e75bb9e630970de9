"""Events of a BIDS recording: its ``events.tsv`` as annotations."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import mne

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.bids_files import listed
from eegbench.dataset.bids_tables import MISSING, read_table
from eegbench.dataset.timed_texts import is_bad


@dataclass(frozen=True)
class Event:
    """A labelled row of ``events.tsv``.

    Attributes
    ----------
    onset_s, duration_s
        Onset from the first sample and duration, in seconds; a duration of 0 is an instant.
    name
        Label of the event.
    """

    onset_s: float
    duration_s: float
    name: str


def read_events(path: Path, column: str) -> list[Event]:
    """Read the events with a label in a column; rows without one (``n/a``) are skipped.

    Raises
    ------
    BadRecordingError
        If the table lacks a column, or a time is not a number of seconds.
    """
    found = []
    for number, row in enumerate(read_table(path, ("onset", "duration", column)), start=2):
        if row[column] in MISSING:
            continue
        onset_s = _seconds(path, number, "onset", row["onset"])
        duration_s = 0.0 if row["duration"] in MISSING else _seconds(path, number, "duration", row["duration"])
        if duration_s < 0:
            raise BadRecordingError(f"{path}: line {number} has the duration {duration_s:g} s; 0 or more are expected.")
        found.append(Event(onset_s, duration_s, row[column]))
    return found


def _seconds(path: Path, number: int, column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadRecordingError(
            f"{path}: line {number} has the {column} {text!r}; seconds are expected, with a decimal point."
        )
    return value


def check_names(table: Path, column: str, events: Sequence[Event], known: Sequence[str]) -> None:
    """Raise an error for events that neither have a class nor are ignored.

    Raises
    ------
    BadRecordingError
        With all of their names and counts.
    """
    names = _counted(events)
    unknown = [f"{name} ({n})" for name, n in names.items() if name not in known and not is_bad(name, known)]
    if unknown:
        said = ", ".join(f"{name}: CLASS" for name in list(names)[:3])
        raise BadRecordingError(
            f"{table}: {column} has {listed(unknown)}, which are neither in dataset.labels nor in dataset.ignored; "
            f"give each a class, 'dataset.labels={{{said}}}', or add it to dataset.ignored."
        )


def annotations(table: Path, events: Sequence[Event], length_s: float) -> "mne.Annotations":
    """Return the events from the first sample on, as annotations.

    Raises
    ------
    BadRecordingError
        If an event begins after the end of the signal: its unit is wrong, or it belongs to another recording.
    """
    late = [event for event in events if event.onset_s >= length_s]
    if late:
        raise BadRecordingError(
            f"{table}: has {len(late)} of {len(events)} events after the end of the signal, the first at "
            f"{late[0].onset_s:g} s of {length_s:g} s; onsets in seconds from its first sample are expected."
        )
    kept = [event for event in events if event.onset_s >= 0]
    return mne.Annotations(
        [event.onset_s for event in kept], [event.duration_s for event in kept], [event.name for event in kept]
    )


def _counted(events: Sequence[Event]) -> Mapping[str, int]:
    """Count events by name, sorted by name."""
    names = [event.name for event in events]
    return {name: names.count(name) for name in sorted(set(names))}
