"""Whose night it is: by ``subjects.csv`` in the folder, or else by the file's name; and what is known of the sleeper.

Conventions
-----------
``subjects.csv`` has a row a subject (columns subject, age, sex), or, with a column ``recording``, a row for each
recording, which says whose it is. Names do not tell a set: age and sex come from Sleep-EDF's table only where the
header of a file has the sex and age of that subject, or MNE compared the file's checksum.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import mne

from eegbench.dataset.patient import patient_field, sex_and_age
from eegbench.dataset.subject_table import age_and_sex, columns, read_subjects
from eegbench.text import composed
from eegbench.types import Fact

TABLE = "subjects.csv"

PUBLISHED = re.compile(r"(SC4|ST7)(\d\d)(\d)")
"""The names of the cassette and of the telemetry set: subject and night."""


@dataclass(frozen=True)
class Sleeper:
    """Whose night a file is; an empty session is one that nothing tells."""

    subject: str
    session: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


def sleeper_of(signal: Path, key: str, *, fetched: bool) -> Sleeper:
    """Say whose night a file is.

    Parameters
    ----------
    signal
        The file.
    key
        What its name has in common with its hypnogram's.
    fetched
        Whether MNE compared its checksum with the published one.

    Raises
    ------
    ValueError
        Where the folder has a table without a row for it.
    """
    subject, session = _by_name(key)
    table = signal.parent / TABLE
    if table.is_file():
        mtime_ns = table.stat().st_mtime_ns
        if "recording" in _columns(table, mtime_ns):
            return _by_table(table, mtime_ns, signal, key, session)
        return Sleeper(subject, session, _facts_in(table, mtime_ns, subject, signal))
    if fetched or is_cassette(signal):
        return Sleeper(subject, session, _cassette_facts(key))
    return Sleeper(subject, session)


def is_cassette(signal: Path) -> bool:
    """Say whether a file is one of Sleep-EDF's cassette set: its header has the sex and age of the subject it names."""
    facts = _cassette_facts(signal.name)
    return bool(facts) and sex_and_age(patient_field(signal)) == (facts["sex"], facts["age"])


def _by_name(key: str) -> tuple[str, str]:
    """Return subject and session; telemetry subjects are other people than cassette subjects of their number."""
    found = PUBLISHED.match(key)
    if found is None:
        return key, ""
    return found[2] if found[1] == "SC4" else f"ST{found[2]}", found[3]


def _by_table(table: Path, mtime_ns: int, signal: Path, key: str, session: str) -> Sleeper:
    """Look a recording up by its name with or without the endings."""
    rows = _by_recording(table, mtime_ns)
    stem = composed(signal.stem)
    names = (composed(signal.name), stem, stem.removesuffix("-PSG"), key)
    row = next((rows[name] for name in names if name in rows), None)
    if row is None or not row["subject"].strip():
        raise ValueError(
            f"{table}: names no subject for {names[2]}; add a row with recording {names[2]} and its subject."
        )
    subject = row["subject"].strip()
    facts = age_and_sex(table, subject, row.get("age") or "", row.get("sex") or "")
    return Sleeper(subject, (row.get("session") or "").strip() or session, facts)


def _facts_in(table: Path, mtime_ns: int, subject: str, signal: Path) -> Mapping[str, Fact]:
    rows = _by_subject(table, mtime_ns)
    row = rows.get(subject) or rows.get(subject.lstrip("0") or "0")
    if row is None:
        raise ValueError(
            f"{table}: has no row for subject {subject}; add one, its age and sex may stay empty. Where the name of "
            f"{signal.name} does not say whose it is, add a column recording and a row for each recording."
        )
    return age_and_sex(table, subject, row["age"], row["sex"])


@cache
def _columns(table: Path, _mtime_ns: int) -> tuple[str, ...]:
    return columns(table)


@cache
def _by_subject(table: Path, _mtime_ns: int) -> Mapping[str, Mapping[str, str]]:
    return read_subjects(table, key="subject", columns=("age", "sex"))


@cache
def _by_recording(table: Path, _mtime_ns: int) -> Mapping[str, Mapping[str, str]]:
    return read_subjects(table, key="recording", columns=("subject",))


def _cassette_facts(name: str) -> Mapping[str, Fact]:
    """Return age and sex of the subject that a published name of the cassette set names, or nothing."""
    found = PUBLISHED.match(name)
    return _published_facts().get(int(found[2]), {}) if found and found[1] == "SC4" else {}


@cache
def _published_facts() -> Mapping[int, Mapping[str, Fact]]:
    path = Path(mne.__file__).parent / "datasets" / "sleep_physionet" / "age_records.csv"
    facts: dict[int, Mapping[str, Fact]] = {}
    rows = read_subjects(path, key="fname", columns=("subject", "age", "sex"))  # a row a file
    for row in rows.values():
        facts[int(row["subject"])] = age_and_sex(path, row["subject"], row["age"], row["sex"])
    return facts
