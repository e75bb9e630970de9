"""Whose night it is, by the table of people in the folder or by the file's name; and what is known of the sleeper.

Conventions
-----------
The table is that of `eegbench.dataset.people_table`. Names do not tell a set: age and sex come from Sleep-EDF's table
only where the header of a file has the sex and age of that subject, or MNE compared the file's checksum.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import mne

from eegbench.dataset.patient import patient_field, sex_and_age
from eegbench.dataset.people_table import PeopleTable, people_table
from eegbench.dataset.subject_table import age_and_sex, read_subjects
from eegbench.text import composed
from eegbench.types import Fact

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
    table = people_table(signal.parent)
    if table is not None and table.key is not None:
        return _by_table(table, signal, key, session)
    if table is not None:
        return Sleeper(subject, session, table.facts(table.of_subject(subject)))
    if fetched or is_cassette(signal):
        return Sleeper(subject, session, _cassette_facts(key))
    return Sleeper(subject, session)


def names_of(signal: Path, key: str) -> tuple[str, ...]:
    """Return the names under which a table may list a recording: with or without the endings of the file."""
    stem = composed(signal.stem)
    return tuple(dict.fromkeys((stem.removesuffix("-PSG"), stem, composed(signal.name), key)))


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


def _by_table(table: PeopleTable, signal: Path, key: str, session: str) -> Sleeper:
    row = table.of_recording(names_of(signal, key))
    return Sleeper(row["subject"], row.get("session", "") or session, table.facts(row))


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
