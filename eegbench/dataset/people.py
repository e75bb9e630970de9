"""Says whose a recording is: by its folder, its name, or a table of recordings.

Conventions
-----------
``subjects.csv`` in the root has a column ``subject`` and any of ``age`` (years) and ``sex``. With a column ``file``
(path below the root) or ``recording`` (id), it has a row for each recording, and may have ``session`` and ``run``;
without, a row for each subject.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.delimited import read_lines
from eegbench.dataset.subject_table import age_and_sex
from eegbench.text import composed
from eegbench.types import Fact

TABLE = "subjects.csv"

KEYS = ("file", "recording")


@dataclass(frozen=True)
class Person:
    """Who was recorded, and on which occasion.

    Attributes
    ----------
    subject, session, run
        ``run`` is empty where nothing says which one it is.
    facts
        What is known of the subject.
    """

    subject: str
    session: str = "1"
    run: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


def who(root: Path, ids: Mapping[Path, str], subject: str | None) -> dict[Path, Person]:
    """Return whose the recordings in a folder are.

    Parameters
    ----------
    root
        The folder.
    ids
        Recordings' files, and their ids.
    subject
        ``folder``, ``file``, or a regular expression with a group ``subject``; None takes the table of recordings, or
        else the folder.

    Raises
    ------
    BadRecordingError
        Where nothing says whose a recording is, or the table contradicts itself.
    ValueError
        Where ``subject`` is none of these.
    """
    table = root / TABLE
    rows = _rows(table) if table.is_file() else []
    if subject is None and rows and set(KEYS) & rows[0].keys():
        return _by_table(table, rows, root, ids)
    rule = _rule(subject)
    found = {path: rule(path, _below(path, root)) for path in ids}
    return _with_facts(table, rows, found) if rows else found


def _rows(table: Path) -> list[dict[str, str]]:
    lines = read_lines(table)
    names = [name.lower() for name in lines.header]
    if "subject" not in names or len(set(names)) < len(names):
        raise BadRecordingError(
            f"{table}: has the columns {', '.join(lines.header)}; subject is expected and, where rows are of "
            "recordings, file or recording, each once."
        )
    return [dict(zip(names, row, strict=True)) for row in lines.cells[1:]]


def _by_table(
    table: Path, rows: Sequence[Mapping[str, str]], root: Path, ids: Mapping[Path, str]
) -> dict[Path, Person]:
    key = next(name for name in KEYS if name in rows[0])
    found = {}
    for path, recording in ids.items():
        names = (recording,) if key == "recording" else (_below(path, root).as_posix(),)
        own = [row for row in rows if row[key] in names]
        if len(own) != 1 or not own[0]["subject"]:
            raise BadRecordingError(
                f"{table}: has {len(own)} rows for {names[0]} in the column {key}, and one with a subject is expected; "
                "correct it, or choose other files by dataset.pattern."
            )
        facts = _facts(table, own[0])
        found[path] = Person(own[0]["subject"], own[0].get("session") or "1", own[0].get("run", ""), facts)
    return found


def _below(path: Path, root: Path) -> Path:
    return Path(composed(path.relative_to(root).as_posix()))


def _with_facts(table: Path, rows: Sequence[Mapping[str, str]], found: Mapping[Path, Person]) -> dict[Path, Person]:
    facts: dict[str, Mapping[str, Fact]] = {}
    for row in rows:
        own = _facts(table, row)
        if facts.setdefault(row["subject"], own) != own:
            raise BadRecordingError(f"{table}: subject {row['subject']} has rows that differ; leave one.")
    lacking = sorted({person.subject for person in found.values()} - facts.keys())
    if lacking:
        raise BadRecordingError(
            f"{table}: has no row for subject {lacking[0]}, nor for {len(lacking) - 1} others; there are "
            f"{', '.join(sorted(facts)[:20])}. Add a row; age and sex may stay empty."
        )
    return {
        path: Person(person.subject, person.session, person.run, facts[person.subject])
        for path, person in found.items()
    }


def _facts(table: Path, row: Mapping[str, str]) -> Mapping[str, Fact]:
    return age_and_sex(table, row["subject"], row.get("age", ""), row.get("sex", ""))


def _rule(subject: str | None) -> Callable[[Path, Path], Person]:
    if subject is None or subject == "folder":
        return _by_folder
    if subject == "file":
        return _by_file
    try:
        pattern = re.compile(subject)
    except re.error as error:
        raise ValueError(f"dataset.subject={subject}: is no regular expression ({error}).") from error
    if "subject" not in pattern.groupindex:
        raise ValueError(
            f"dataset.subject={subject}: folder, file, or a regular expression with a group (?P<subject>…) is expected."
        )
    return lambda path, below: _by_pattern(path, below, pattern)


def _by_folder(path: Path, below: Path) -> Person:
    if len(below.parts) < 2:
        raise BadRecordingError(
            f"{path}: lies in no folder of a subject, so nothing says whose it is. Set dataset.subject=file where each "
            "file is another person, 'dataset.subject=\"(?P<subject>REGULAR_EXPRESSION)\"' where a part of its path is "
            f"the subject, or write {TABLE} in dataset.root with the columns file and subject."
        )
    return Person(below.parts[0])


def _by_file(path: Path, below: Path) -> Person:  # noqa: ARG001  a rule
    return Person(below.with_suffix("").as_posix())


def _by_pattern(path: Path, below: Path, pattern: re.Pattern[str]) -> Person:
    match = pattern.search(below.as_posix())
    if match is None or not match["subject"]:
        raise BadRecordingError(
            f"{path}: dataset.subject={pattern.pattern} matches nowhere in {below.as_posix()}; correct it, or choose "
            "other files by dataset.pattern."
        )
    groups = match.groupdict()
    return Person(match["subject"], groups.get("session") or "1", groups.get("run") or "")
