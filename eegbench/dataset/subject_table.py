"""Reading of properties of subjects from a small CSV file: age, sex, and others."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from eegbench.text import read_text
from eegbench.types import Fact

SEPARATORS = ",;\t"
"""Field separators; the first one in the header is used, as spreadsheets may write any of them."""


OLDEST = 120
"""Maximum age in years."""

OTHER_SEX = ("o", "other")
"""Values for another or unknown sex in BIDS."""


def read_subjects(path: Path, *, key: str, columns: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """Read a CSV with a header and one row per subject, by the column with the subject.

    Empty rows are skipped. A subject may have several rows, such as one per night, if their values are the same.

    Raises
    ------
    ValueError
        If it is not text, a column is missing, a row has not as many fields as the header, or the rows of a subject
        differ in one of these columns.
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
        If it is not text, or a row has not as many fields as the header.
    """
    header, rows = _numbered_rows(path)
    return header, [fields for _, fields in rows]


def _numbered_rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header, and the fields of each row that is not empty, with its line number."""
    text = read_text(path)
    separator = next((one for one in text.partition("\n")[0] if one in SEPARATORS), ",")
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, skipinitialspace=True)
    try:
        every = [(reader.line_num, [field.strip() for field in fields]) for fields in reader]
    except csv.Error as error:
        raise ValueError(
            f"{path}, line {reader.line_num}: is not a row of a table ({error}); look for a quotation mark that is not "
            "closed."
        ) from error
    rows = [(line, fields) for line, fields in every if any(fields)]
    header, rows = (rows[0][1], rows[1:]) if rows else ([], [])
    for line, fields in rows:
        _check_fields(path, line, fields, header)
    return header, rows


def _check_fields(path: Path, line: int, fields: Sequence[str], header: Sequence[str]) -> None:
    """Raise an error for a row that lacks fields, or has values beyond the last column."""
    if len(fields) < len(header) or any(fields[len(header) :]):
        raise ValueError(
            f"{path}, line {line}: has {len(fields)} fields, and the first line names {len(header)} columns "
            f"({', '.join(header)}); correct it, unknown values may stay empty."
        )


def age_and_sex(path: Path, subject: str, age: str, sex: str) -> dict[str, Fact]:
    """Return age in years and sex as ``F`` or ``M``; empty values, and ``n/a`` or ``other`` as in BIDS, are left out.

    Raises
    ------
    ValueError
        If an age is not a number of years, or a sex begins with neither F nor M.
    """
    facts: dict[str, Fact] = {}
    if not _is_unknown(age):
        facts["age"] = years = number(path, subject, "age", age)
        if isinstance(years, str) or not 0 <= years <= OLDEST:
            raise ValueError(f"{path}: subject {subject} has the age {age!r}; years from 0 to {OLDEST} are expected.")
    if not _is_unknown(sex) and sex.strip().lower() not in OTHER_SEX:
        facts["sex"] = sex.strip()[0].upper()
        if facts["sex"] not in ("F", "M"):
            raise ValueError(f"{path}: subject {subject} has the sex {sex!r}; F or M is expected, or nothing.")
    return facts


def _is_unknown(text: str) -> bool:
    return text.strip().lower() in ("", "n/a")


def number(path: Path, subject: str, column: str, text: str) -> Fact:
    """Return a number in a table, as an int if it is written as one.

    Raises
    ------
    ValueError
        If it is not a number.
    """
    try:
        return int(text) if text.strip().lstrip("-").isdigit() else float(text)
    except ValueError as error:
        raise ValueError(f"{path}: subject {subject} has {column} {text!r}; a number is expected.") from error
