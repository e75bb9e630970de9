"""Check for subjects that are one person: equal files raise an error; equal headers and similar names are logged.

A person with two subject ids can be in train and in test, and the score then measures how well they are recognised.
"""

import hashlib
import logging
import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path

from eegbench.dataset.base import Dataset
from eegbench.dataset.content import file_digest, named
from eegbench.dataset.patient import names_someone, patient_field
from eegbench.types import Recording

EDF_FIXED = 256
"""Bytes of the first part of an EDF header, which contains the header's length."""

PROBE_BYTES = 4096
"""Bytes compared in the middle of files of equal size; files that differ there are not read further."""

OCCASION = re.compile(
    r"(?:\s*\(\d+\)"  # name (1)
    r"|[\s_.-]*(?:copy|copie|kopie|night|nacht|nuit|session|sess|visit|record(?:ing)?|baseline|follow_?up|retest)"
    r"[\s_.-]*\d*"
    r"|[\s_.-](?:n|ses|v|r|run|rec|d|day|tag|w|week|month|t|part|pre|post|test|old|new|final|edit(?:ed)?)[\s_.-]?\d*"
    r"|(?<=\d)(?:n|ses|session|night|v|r|run|rec|d|day)\d+"  # SL001N1
    r"|[\s_.-]\d{4}[\s_.-]?\d\d[\s_.-]?\d\d"  # name_20240131
    r"|(?<=\d)[\s_.-]\d{1,2}"  # S01_2
    r"|(?<=\d)[\s_.-]?[a-d])",  # S01b
    re.IGNORECASE,
)
"""End of a name that distinguishes occasions or copies of one person."""

BEGIN = re.compile(
    r"(?:pre|post|baseline|follow_?up|retest|(?:night|visit|session|ses)[\s_.-]?\d+)[\s_.-]+", re.IGNORECASE
)
"""Beginning of a name that distinguishes occasions: pre_S01."""

PART = re.compile(r"[^\W_]+")
"""A part of a name: letters and digits, between separators."""

_log = logging.getLogger(__name__)


def check_subjects(dataset: Dataset, recordings: Sequence[Recording]) -> None:
    """Raise an error for equal files of two subjects, and log other signs that subjects are one person.

    Raises
    ------
    ValueError
        With the names of two equal files.
    """
    for message in copies(dataset, recordings).values():
        raise ValueError(message)
    note_alike(dataset, recordings)


def copies(dataset: Dataset, recordings: Sequence[Recording]) -> dict[str, str]:
    """Return an error message for each recording that another subject also has, and log equal files of one subject."""
    found: dict[str, str] = {}
    doubled = []
    for one, other in _equal(dataset, recordings):
        if one.subject != other.subject:
            message = (
                f"{one.signal} and {other.signal} are the same recording under two names, and count as the subjects "
                f"{one.subject} and {other.subject}, of whom one can be trained on and the other tested. Take one of "
                f"the two out; or {dataset.how_to_join([one, other])}."
            )
            found |= {one.id: message, other.id: message}
        else:
            doubled.append(f"{one.signal.name} and {other.signal.name}")
    if doubled:
        _log.warning(
            "Files of one subject are equal, and each counts as a recording (%d: %s); take one of each out.",
            *(len(doubled), named(doubled)),
        )
    return found


def note_alike(dataset: Dataset, recordings: Sequence[Recording]) -> None:
    """Log equal patients in headers and similar names, which suggest that subjects are one person."""
    _note_patients(dataset, recordings)
    _note_stems(dataset, recordings)
    _note_labels(recordings)
    _note_grids(dataset, recordings)


def stem(subject: str) -> str:
    """Return the name without suffixes of occasions and copies: ``S01`` for ``S01_night2`` and ``S01_copy``."""
    begin = BEGIN.match(subject)
    rest = subject[begin.end() :] if begin and subject[begin.end() :] else subject
    parts = re.fullmatch(rf"(.+?)(?:{OCCASION.pattern})*", rest, re.IGNORECASE)
    return parts[1] if parts else rest


def _equal(dataset: Dataset, recordings: Sequence[Recording]) -> Iterable[tuple[Recording, Recording]]:
    """Yield pairs of recordings whose sample files are equal, except recordings from the same file."""
    files = {recording.id: _samples(dataset, recording) for recording in recordings}
    first: dict[str, Recording] = {}
    for candidates in _shared((_probe(files[one.id]), one) for one in recordings):
        for recording in candidates:
            other = first.setdefault(_content(files[recording.id]), recording)
            if files[recording.id] != files[other.id]:
                yield other, recording


def _samples(dataset: Dataset, recording: Recording) -> Path:
    """Return the sample file: one with the name of the header and another extension (``.eeg``), or the signal file."""
    origin, own = dataset.origin(recording)
    near = [file for file in origin.sidecars(own) if file.stem == own.signal.stem]
    return max((own.signal, *near), key=lambda file: file.stat().st_size)


def _content(file: Path) -> str:
    """Return a digest of all samples, without headers of EDF and BDF, because a copy may be anonymised."""
    with file.open("rb") as opened:
        if file.suffix.lower() in (".edf", ".bdf"):
            length = opened.read(EDF_FIXED)[184:192].strip()
            opened.seek(int(length) if length.isdigit() else 0)
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _probe(file: Path) -> Hashable:
    with file.open("rb") as opened:
        size = opened.seek(0, 2)
        opened.seek(size // 2)
        return size, hashlib.sha256(opened.read(PROBE_BYTES)).digest()


def _note_patients(dataset: Dataset, recordings: Sequence[Recording]) -> None:
    fields = ((patient_field(one.signal).casefold(), one) for one in recordings)
    for same in _shared((field, one) for field, one in fields if names_someone(field)):
        if subjects := _several(same):
            _log.warning(
                "The subjects %s have the same patient in the headers of their files, %r. If they are one person, who "
                "could be trained on and tested: %s.",
                *(named(subjects), patient_field(same[0].signal), dataset.how_to_join(same)),
            )


def _note_stems(dataset: Dataset, recordings: Sequence[Recording]) -> None:
    groups = list(_shared(((one.set, stem(dataset.origin(one)[1].subject).casefold()), one) for one in recordings))
    listed = [" and ".join(subjects) for same in groups if (subjects := _several(same))]
    if listed:
        same = next(same for same in groups if _several(same))
        _log.warning(
            "Names of subjects look like occasions or copies of one person (%d: %s), and each counts as a person, who "
            "can be trained on while the other is tested. If they are one: %s.",
            *(len(listed), named(listed), dataset.how_to_join(same)),
        )


def _note_labels(recordings: Sequence[Recording]) -> None:
    """Log label files that are equal for several subjects: one of them may be another subject's."""
    own = [one for one in recordings if one.labels is not None and one.labels != one.signal]
    for same in _shared((file_digest(one.labels), one) for one in own if one.labels is not None):
        if subjects := _several(same):
            _log.warning(
                "The files of labels of the subjects %s are equal; where each was scored, one is another's.",
                named(subjects),
            )


def _note_grids(dataset: Dataset, recordings: Sequence[Recording]) -> None:
    """Log names that combine two parts in all pairs: one of the parts may be the person, the other the occasion.

    Examples are subjects called anna_a, anna_b, bert_a and bert_b, or pre/S01, pre/S02, post/S01 and post/S02; or
    subjects' folders that contain files with the same names, if there are at least as many files as folders.
    """
    origins = [dataset.origin(one)[1] for one in recordings]
    subjects = list(dict.fromkeys(one.subject for one in origins))
    varying = _varying([tuple(PART.findall(name)) for name in subjects])
    below: dict[str, set[str]] = {}
    for one in origins:
        below.setdefault(one.subject, set()).add(one.signal.stem if one.subject in one.signal.parent.parts else "")
    files = next(iter(below.values()), set())
    if len(varying) == 2 and len(varying[0]) * len(varying[1]) == len(subjects):
        _tell_grid(dataset, recordings, varying)
    elif "" not in files and 1 < len(subjects) <= len(files) and all(one == files for one in below.values()):
        _tell_grid(dataset, recordings, [subjects, sorted(files)])


def _varying(names: Sequence[tuple[str, ...]]) -> list[list[str]]:
    """Return the values of the parts that differ between names with equally many parts."""
    if len({len(name) for name in names}) != 1:
        return []
    return [sorted(set(column)) for column in zip(*names, strict=True) if len(set(column)) > 1]


def _tell_grid(dataset: Dataset, recordings: Sequence[Recording], parts: Sequence[Sequence[str]]) -> None:
    _log.warning(
        "Recordings are named by two parts, (%s) and (%s), each with each: where one says the person and the other the "
        "occasion, a person stands under several names, and can be trained on and tested. If so: %s.",
        *(named(parts[0]), named(parts[1]), dataset.how_to_join(recordings)),
    )


def _several(recordings: Sequence[Recording]) -> list[str]:
    """Return the subjects of some recordings if there are several, else an empty list."""
    subjects = list(dict.fromkeys(one.subject for one in recordings))
    return subjects if len(subjects) > 1 else []


def _shared(pairs: Iterable[tuple[Hashable, Recording]]) -> Iterable[list[Recording]]:
    """Return the recordings of each key that several recordings have."""
    groups: dict[Hashable, list[Recording]] = defaultdict(list)
    for key, recording in pairs:
        groups[key].append(recording)
    return [same for same in groups.values() if len(same) > 1]
