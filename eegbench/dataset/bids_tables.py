"""Tables of a BIDS dataset: reading, channels of a recording, and participants."""

import csv
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.subject_table import OLDEST
from eegbench.types import Fact

MISSING = ("n/a", "")
"""Representations of missing values in BIDS."""

SEX = {"f": "F", "female": "F", "m": "M", "male": "M"}
"""Values of sex in BIDS, in lower case; ``O`` and other values give no fact."""

TAKEN = ("recording", "set", "subject", "session", "run")
"""Columns of tables of recordings; a participants' column with this name becomes ``participant_<name>``."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Channel:
    """A row of ``channels.tsv``.

    Attributes
    ----------
    name, kind, unit
        Values in the table; ``kind`` in capitals.
    is_bad
        Whether its status is ``bad``.
    """

    name: str
    kind: str
    unit: str
    is_bad: bool


def read_table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read a table of tab-separated values, with a header.

    Raises
    ------
    BadRecordingError
        If it is not such a table, or lacks a column.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, restval=None)
            rows, header = list(reader), [name.strip() for name in reader.fieldnames or ()]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadRecordingError(
            f"{path}: cannot be read ({error}); UTF-8 text is expected, with tabs between its columns."
        ) from error
    missing = [name for name in columns if name not in header]
    if missing:
        raise BadRecordingError(
            f"{path}: has no column {', '.join(missing)}; in its first line there are {', '.join(header) or 'none'}, "
            "with tabs between them."
        )
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise BadRecordingError(
                f"{path}: line {number} has not as many columns as the first line, {len(header)}; correct it."
            )
    return [{name.strip(): value.strip() for name, value in row.items()} for row in rows]


def read_channels(path: Path) -> dict[str, Channel]:
    """Read the channels of a recording, by name.

    Raises
    ------
    BadRecordingError
        If the table lacks a column or repeats a channel.
    """
    found: dict[str, Channel] = {}
    for row in read_table(path, ("name", "type", "units")):
        if row["name"] in found:
            raise BadRecordingError(
                f"{path}: names channel {row['name']!r} twice; rename one, here and in the signals."
            )
        is_bad = row.get("status", "").lower() == "bad"
        found[row["name"]] = Channel(row["name"], row["type"].upper(), row["units"], is_bad)
    return found


def read_participants(path: Path) -> dict[str, dict[str, Fact]]:
    """Read the facts of each subject: ``age`` in years, ``sex`` (F or M), and the other columns under their names.

    A column is numeric if all of its values are numbers, and text otherwise. ``n/a`` is left out.

    Raises
    ------
    BadRecordingError
        If the table lacks the column ``participant_id`` or repeats a subject.
    """
    rows = read_table(path, ("participant_id",))
    subjects = [row["participant_id"].removeprefix("sub-") for row in rows]
    twice = sorted({subject for subject in subjects if subjects.count(subject) > 1})
    if twice:
        raise BadRecordingError(f"{path}: has {len(twice)} subjects twice, say sub-{twice[0]}; leave one row of each.")
    columns = {name: [row[name] for row in rows] for row in rows[:1] for name in row if name != "participant_id"}
    facts = {_fact_name(name): _values(path, name, texts) for name, texts in columns.items()}
    return {
        subject: {name: value for name, values in facts.items() if (value := values[i]) is not None}
        for i, subject in enumerate(subjects)
    }


def _fact_name(column: str) -> str:
    return f"participant_{column}" if column in TAKEN else column


def _values(path: Path, column: str, texts: Sequence[str]) -> list[Fact | None]:
    """Return a column's values; None for missing values, and for age and sex also for unexpected values."""
    known = [text for text in texts if text not in MISSING]
    if column == "sex":
        found: list[Fact | None] = [SEX.get(text.lower()) for text in texts]
    elif column == "age":
        found = [_age(text) for text in texts]
    elif all(_number(text) is not None for text in known):
        found = [_number(text) for text in texts]
    else:
        found = [None if text in MISSING else text for text in texts]
    strange = sorted({text for text, value in zip(texts, found, strict=True) if value is None and text in known})
    if strange:
        _log.info("%s: %s has %s, which give no fact.", path.name, column, ", ".join(strange))
    return found


def _age(text: str) -> Fact | None:
    years = _number(text)
    return years if years is not None and 0 <= float(years) <= OLDEST else None


def _number(text: str) -> Fact | None:
    try:
        value = float(text)
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    return int(value) if text.lstrip("+-").isdigit() else value
