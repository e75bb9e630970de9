"""Reads what is known of subjects from a small CSV: age, sex, and what the set adds."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from eegbench.text import read_text
from eegbench.types import Fact

SEPARATORS = ",;\t"
"""What stands between the fields of a row, by what comes first in the header: spreadsheets write any of these."""


OLDEST = 120
"""Years."""

OTHER_SEX = ("o", "other")
"""How BIDS writes a sex that is neither, or not told."""


def read_subjects(path: Path, *, key: str, columns: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """Read a CSV with a header and a row a subject, by the column that names the subject.

    Empty rows are passed over. A subject may have several rows, say one a night, where their values are the same.

    Raises
    ------
    ValueError
        Where it cannot be read as text, a column is missing, a row has not as many fields as the header, or the rows of
        a subject differ in one of these columns.
    """
    header, rows = _numbered_rows(path)
    missing = [name for name in (key, *columns) if name not in header]
    if missing:
        raise ValueError(
            f"{path}: has no column {', '.join(missing)}; expected {', '.join((key, *columns))} in its first line, "
            f"found {', '.join(header) or 'nothing'}."
        )
    found: dict[str, Mapping[str, str]] = {}
    for line, fields in rows:
        row = dict(zip(header, fields, strict=False))
        before = found.setdefault(row[key], row)
        if any(before[name] != row[name] for name in columns):
            raise ValueError(
                f"{path}, line {line}: subject {row[key]} has another row already, with other values; keep one of them."
            )
    return found


def read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    """Read a table, and return its header and the fields of each row that is not empty.

    Raises
    ------
    ValueError
        Where it cannot be read as text, or a row has not as many fields as the header.
    """
    header, rows = _numbered_rows(path)
    return header, [fields for _, fields in rows]


def _numbered_rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header, and the fields of each row that is not empty, with its line."""
    text = read_text(path)
    separator = next((one for one in text.partition("\n")[0] if one in SEPARATORS), ",")
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, skipinitialspace=True)
    rows = [(reader.line_num, [field.strip() for field in fields]) for fields in reader if any(map(str.strip, fields))]
    header, rows = (rows[0][1], rows[1:]) if rows else ([], [])
    for line, fields in rows:
        _check_fields(path, line, fields, header)
    return header, rows


def _check_fields(path: Path, line: int, fields: Sequence[str], header: Sequence[str]) -> None:
    """Refuse a row that lacks fields, or has values beyond the last column."""
    if len(fields) < len(header) or any(fields[len(header) :]):
        raise ValueError(
            f"{path}, line {line}: has {len(fields)} fields, and the first line names {len(header)} columns "
            f"({', '.join(header)}); correct it, unknown values may stay empty."
        )


def age_and_sex(path: Path, subject: str, age: str, sex: str) -> dict[str, Fact]:
    """Return age in years and sex as ``F`` or ``M``; what is empty, or ``n/a`` or ``other`` as in BIDS, is left out.

    Raises
    ------
    ValueError
        Where an age is no number of years, or a sex begins neither with F nor with M.
    """
    facts: dict[str, Fact] = {}
    if not _is_unknown(age):
        facts["age"] = number(path, subject, "age", age)
        if not 0 <= float(facts["age"]) <= OLDEST:
            raise ValueError(f"{path}: subject {subject} has the age {age!r}; years from 0 to {OLDEST} are expected.")
    if not _is_unknown(sex) and sex.strip().lower() not in OTHER_SEX:
        facts["sex"] = sex.strip()[0].upper()
        if facts["sex"] not in ("F", "M"):
            raise ValueError(f"{path}: subject {subject} has the sex {sex!r}; F or M is expected, or nothing.")
    return facts


def _is_unknown(text: str) -> bool:
    return text.strip().lower() in ("", "n/a")


def number(path: Path, subject: str, column: str, text: str) -> Fact:
    """Return a number of a table, whole where it is written so.

    Raises
    ------
    ValueError
        Where it is none.
    """
    try:
        return int(text) if text.strip().lstrip("-").isdigit() else float(text)
    except ValueError as error:
        raise ValueError(f"{path}: subject {subject} has {column} {text!r}; a number is expected.") from error
