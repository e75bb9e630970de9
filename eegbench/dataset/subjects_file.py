"""The table of subjects in a folder of recordings: ``subjects.csv``, or ``participants.tsv`` as in BIDS.

Conventions
-----------
Columns are separated by commas, semicolons or tabs; their names are case-insensitive. ``subject``, or BIDS's
``participant_id``, is required; ``age`` (years) and ``sex`` are optional. With a column ``file`` (path below the
folder) or ``recording`` (id), a table has one row per recording, and may have ``session`` and ``run``; otherwise it has
one row per subject. ``sub-01`` and ``01`` are the same subject.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from eegbench.dataset.content import named
from eegbench.dataset.delimited import MISSING
from eegbench.dataset.distinct_subjects import stem
from eegbench.dataset.subject_table import age_and_sex, read_rows
from eegbench.types import Fact, Recording

_log = logging.getLogger(__name__)

NAMES = ("subjects.csv", "subjects.tsv", "participants.tsv", "participants.csv")
"""File names in order of precedence; a note is logged if there are several."""

TABLE = NAMES[0]

KEYS = ("file", "recording")

PREFIX = "sub-"

MAX_ROWS = 4
"""Maximum number of table rows in an error message."""


@dataclass(frozen=True)
class SubjectsFile:
    """Subjects of the recordings in a folder.

    Attributes
    ----------
    path
        Path of the table.
    key
        Column that identifies recordings; None if there is one row per subject.
    rows
        Rows, by column in lower case; subjects in a column ``participant_id`` without ``sub-``.
    """

    path: Path
    key: str | None
    rows: tuple[Mapping[str, str], ...]

    def of_recording(self, names: Collection[str]) -> Mapping[str, str]:
        """Return the row of a recording, by any of its names.

        Raises
        ------
        ValueError
            If there is not exactly one row, or it has no subject.
        """
        own = [row for name in names for row in self._by_recording.get(name, ())]
        if len(own) != 1 or own[0]["subject"] in MISSING:
            name = next(iter(names))
            found = "names no subject" if len(own) == 1 else f"has {len(own)} rows"
            remedy = "leave one" if len(own) > 1 else f"add a row with {self.key} {name} and its subject, or correct it"
            raise ValueError(
                f"{self.path}: {found} for {name} in the column {self.key}, and one row with a subject is expected; "
                f"{remedy}."
            )
        return own[0]

    def tell_others(self, names: Collection[str]) -> None:
        """Log rows of recordings without one of these names, because a name may be misspelt."""
        others = [name for name in self._by_recording if name not in names]
        if others:
            _log.info(
                "%s: %d of its rows are of recordings that are not read: %s", self.path, len(others), named(others)
            )

    def of_subject(self, subject: str) -> Mapping[str, str]:
        """Return the row of a subject; ``sub-01``, ``01`` and ``1`` are the same.

        Raises
        ------
        ValueError
            If there is none.
        """
        by_name = self._by_subject
        name = subject.removeprefix(PREFIX)
        row = by_name.get(name) or by_name.get(name.lstrip("0") or "0")
        if row is None:
            raise ValueError(
                f"{self.path}: has no row for subject {subject}; there are {', '.join(sorted(by_name)[:20])}. Add one; "
                "its age and sex may stay empty. Where names do not say whose a recording is, add a column recording "
                "and a row for each recording."
            )
        return row

    def facts(self, row: Mapping[str, str]) -> Mapping[str, Fact]:
        """Return age and sex in a row; see `age_and_sex`."""
        return age_and_sex(self.path, row["subject"], row.get("age", ""), row.get("sex", ""))

    @cached_property
    def _by_recording(self) -> Mapping[str, Sequence[Mapping[str, str]]]:
        found: dict[str, list[Mapping[str, str]]] = {}
        for row in self.rows:
            found.setdefault(row[self.key] if self.key else "", []).append(row)
        return found

    @cached_property
    def _by_subject(self) -> Mapping[str, Mapping[str, str]]:
        found: dict[str, Mapping[str, str]] = {}
        for row in self.rows:
            name = row["subject"].removeprefix(PREFIX)
            if self.facts(found.setdefault(name, row)) != self.facts(row):
                raise ValueError(f"{self.path}: subject {name} has rows that differ; leave one.")
        return found


def find_subjects_file(root: Path) -> SubjectsFile | None:
    """Read the table of subjects in a folder; None if it has none.

    Raises
    ------
    ValueError
        If it cannot be read, or has no column of subjects.
    """
    paths = [root / name for name in NAMES if (root / name).is_file()]
    if len(paths) > 1:
        ignored = ", ".join(path.name for path in paths[1:])
        _log.info("subjects are taken from %s; %s is not read.", paths[0], ignored)
    return _read(paths[0], paths[0].stat().st_mtime_ns) if paths else None


@cache
def _read(path: Path, _mtime_ns: int) -> SubjectsFile:
    header, lines = read_rows(path)
    names = [name.lower() for name in header]
    is_bids = "participant_id" in names and "subject" not in names
    names = ["subject" if is_bids and name == "participant_id" else name for name in names]
    if "subject" not in names or len(set(names)) < len(names):
        raise ValueError(
            f"{path}: has the columns {', '.join(header) or 'none'}; subject (or participant_id) is expected and, "
            "where rows are of recordings, file or recording, each once."
        )
    rows = [dict(zip(names, fields, strict=False)) for fields in lines]
    if is_bids:
        rows = [{**row, "subject": row["subject"].removeprefix(PREFIX)} for row in rows]
    return SubjectsFile(path, next((key for key in KEYS if key in names), None), tuple(rows))


def rows_to_write(root: Path, recordings: Sequence[Recording], *, rule: str | None = None) -> str:
    """Return the rows that assign recordings to one subject, which replace a rule (``dataset.subject``) if given."""
    rows = " ".join(f"{one.id},{stem(recordings[0].subject)}" for one in recordings[:MAX_ROWS])
    more = " …" if len(recordings) > MAX_ROWS else ""
    return (
        f"write {root / TABLE} with the columns recording,subject and a row for each recording of the folder, for "
        f"these {rows}{more}{', and set dataset.subject=null' if rule is not None else ''}"
    )
