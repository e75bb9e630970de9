"""Reads what is known of subjects from a small CSV: age, sex, and what the set adds."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from eegbench.types import Fact


def read_subjects(path: Path, *, key: str, columns: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """Read a CSV with a header and a row a subject, by the column that names the subject.

    Raises
    ------
    ValueError
        Where a column is missing.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, skipinitialspace=True)
        missing = [name for name in (key, *columns) if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(
                f"{path}: has no column {', '.join(missing)}; expected {', '.join((key, *columns))} in its first line, "
                f"found {', '.join(reader.fieldnames or ()) or 'nothing'}."
            )
        return {row[key].strip(): row for row in reader}


def columns(path: Path) -> tuple[str, ...]:
    """Return the names in the first line of a CSV."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return tuple(csv.DictReader(file, skipinitialspace=True).fieldnames or ())


def age_and_sex(path: Path, subject: str, age: str, sex: str) -> dict[str, Fact]:
    """Return age in years and sex as ``F`` or ``M``; what is left empty is left out.

    Raises
    ------
    ValueError
        Where an age is no number, or a sex begins neither with F nor with M.
    """
    facts: dict[str, Fact] = {}
    if age.strip():
        facts["age"] = number(path, subject, "age", age)
    if sex.strip():
        facts["sex"] = sex.strip()[0].upper()
        if facts["sex"] not in ("F", "M"):
            raise ValueError(f"{path}: subject {subject} has the sex {sex!r}; F or M is expected, or nothing.")
    return facts


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
