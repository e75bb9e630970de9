"""Subject of a night, from the table of subjects in the folder or from the file's name, with age and sex.

Conventions
-----------
See `eegbench.dataset.subjects_file` for the table. A file name does not identify the dataset: age and sex are taken
from Sleep-EDF's table only if the file's header has the same sex and age, or MNE verified the file's checksum.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import mne

from eegbench.dataset.patient import patient_field, sex_and_age
from eegbench.dataset.subject_table import age_and_sex, read_subjects
from eegbench.dataset.subjects_file import SubjectsFile, find_subjects_file
from eegbench.text import composed
from eegbench.types import Fact

PUBLISHED = re.compile(r"(SC4|ST7)(\d\d)(\d)")
"""Published names of the cassette and telemetry studies: study, subject and night."""


@dataclass(frozen=True)
class Sleeper:
    """Subject and session of a file; the session is empty if unknown."""

    subject: str
    session: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


def sleeper_of(signal: Path, key: str, *, fetched: bool) -> Sleeper:
    """Return the subject of a file.

    Parameters
    ----------
    signal
        Path of the file.
    key
        Common part of its name and its hypnogram's.
    fetched
        Whether MNE verified its checksum.

    Raises
    ------
    ValueError
        If the folder has a table without a row for the file.
    """
    subject, session = _by_name(key)
    table = find_subjects_file(signal.parent)
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
    """Return whether a file is from Sleep-EDF's cassette study: its header has the subject's published sex and age."""
    facts = _cassette_facts(signal.name)
    return bool(facts) and sex_and_age(patient_field(signal)) == (facts["sex"], facts["age"])


def _by_name(key: str) -> tuple[str, str]:
    """Return subject and session; telemetry subjects are not the cassette subjects of the same number."""
    found = PUBLISHED.match(key)
    if found is None:
        return key, ""
    return found[2] if found[1] == "SC4" else f"ST{found[2]}", found[3]


def _by_table(table: SubjectsFile, signal: Path, key: str, session: str) -> Sleeper:
    row = table.of_recording(names_of(signal, key))
    return Sleeper(row["subject"], row.get("session", "") or session, table.facts(row))


def _cassette_facts(name: str) -> Mapping[str, Fact]:
    """Return age and sex of the subject in a published name of the cassette study, or an empty mapping."""
    found = PUBLISHED.match(name)
    return _published_facts().get(int(found[2]), {}) if found and found[1] == "SC4" else {}


@cache
def _published_facts() -> Mapping[int, Mapping[str, Fact]]:
    path = Path(mne.__file__).parent / "datasets" / "sleep_physionet" / "age_records.csv"
    facts: dict[int, Mapping[str, Fact]] = {}
    rows = read_subjects(path, key="fname", columns=("subject", "age", "sex"))  # one row per file
    for row in rows.values():
        facts[int(row["subject"])] = age_and_sex(path, row["subject"], row["age"], row["sex"])
    return facts
