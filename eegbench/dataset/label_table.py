"""Reading of labels from a table next to a recording, with one row per annotation or per epoch.

Conventions
-----------
A table with a column ``onset`` has one row per label: the onset and, in an optional column ``duration``, the duration
in seconds; a label without a duration lasts until the next one. Onsets may be times of day, ``22:15:30``. A table
without that column has one row per epoch, in order and without gaps. A file with a single column needs no header.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.delimited import MISSING, Lines, read_lines
from eegbench.dataset.label_list import LabelList
from eegbench.dataset.label_start import DAY_S
from eegbench.dataset.timed_texts import Mark

TIME_OF_DAY = re.compile(r"(\d\d?):(\d\d):(\d\d(?:[.,]\d+)?)")

INTEGER = re.compile(r"(-?\d+)\.0+")
"""An integer written with decimals, as some programs do if a column has gaps."""


@dataclass(frozen=True)
class TableForm:
    """Form of a table of labels.

    Attributes
    ----------
    column
        Name of the column with the labels (of one scorer).
    epoch_s
        Length of an epoch in seconds, for tables without a column ``onset``.
    """

    column: str
    epoch_s: float

    def __post_init__(self) -> None:
        if self.epoch_s <= 0:
            raise ValueError(f"dataset.table.epoch_s={self.epoch_s:g}: a time in seconds above 0 is expected.")


def read_label_table(path: Path, form: TableForm, known: Collection[str]) -> LabelList:
    """Read a table of labels; cells without a value become marks without text.

    Parameters
    ----------
    path
        A CSV, TSV or plain text file.
    form
        Form of the table.
    known
        Texts that are labels, to distinguish a first label from a header in a file with one column.

    Raises
    ------
    BadRecordingError
        If the table lacks the column, or a time is invalid.
    """
    lines = read_lines(path)
    names = [name.lower() for name in lines.header]
    if form.column.lower() not in names:
        return LabelList(path, _one_column(lines, form, known), epoch_s=form.epoch_s)
    twice = [name for name in (form.column.lower(), "onset", "duration") if names.count(name) > 1]
    if twice:
        raise BadRecordingError(f"{path}: has the column {twice[0]} twice; rename one.")
    texts = [_text(row[names.index(form.column.lower())]) for row in lines.cells[1:]]
    if "onset" not in names:
        _check_consecutive(lines, names)
        return LabelList(path, _epochs(texts, form.epoch_s), epoch_s=form.epoch_s)
    onsets = [row[names.index("onset")] for row in lines.cells[1:]]
    durations = [row[names.index("duration")] if "duration" in names else "" for row in lines.cells[1:]]
    by_clock = bool(onsets) and TIME_OF_DAY.fullmatch(onsets[0]) is not None
    onset_s = _clock_times(lines, onsets) if by_clock else _numbers(lines, "onset", onsets)
    rows = zip(onset_s, durations, lines.numbers[1:], texts, strict=True)
    marks = [Mark(onset, _duration(lines, number, text), label) for onset, text, number, label in rows]
    return LabelList(path, tuple(marks), by_clock=by_clock)


def _one_column(lines: Lines, form: TableForm, known: Collection[str]) -> tuple[Mark, ...]:
    """Return the labels of a file with one column and no header."""
    first = lines.header[0]
    if len(lines.header) > 1 or _text(first) not in known:
        raise BadRecordingError(
            f"{lines.path}: has no column {form.column}; its first line reads {', '.join(lines.header)}. Name the "
            "column with the labels by dataset.table.column=NAME; a file of one column without a header begins with a "
            "label of dataset.labels or dataset.ignored."
        )
    if lines.numbers[0] != 1:
        raise BadRecordingError(_gaps(lines))
    _check_no_gaps(lines)
    return _epochs([_text(row[0]) for row in lines.cells], form.epoch_s)


def _check_no_gaps(lines: Lines) -> None:
    """Raise an error for empty lines, which might be epochs without a label."""
    if lines.numbers != tuple(range(lines.numbers[0], lines.numbers[0] + len(lines.numbers))):
        raise BadRecordingError(_gaps(lines))


def _gaps(lines: Lines) -> str:
    return (
        f"{lines.path}: has empty lines between its labels, so their epochs are ambiguous; write n/a "
        "for an epoch without a label."
    )


def _epochs(texts: list[str], epoch_s: float) -> tuple[Mark, ...]:
    return tuple(Mark(number * epoch_s, epoch_s, text) for number, text in enumerate(texts))


def _check_consecutive(lines: Lines, names: list[str]) -> None:
    """Raise an error for missing epochs, detected by epoch numbers or, without them, by empty lines."""
    if "epoch" not in names:
        _check_no_gaps(lines)
        return
    numbers = _numbers(lines, "epoch", [row[names.index("epoch")] for row in lines.cells[1:]])
    for place, (number, line) in enumerate(zip(numbers, lines.numbers[1:], strict=True)):
        if number != numbers[0] + place or numbers[0] not in (0, 1):
            raise BadRecordingError(
                f"{lines.path}: line {line} is of epoch {number:g}; epochs from 0 or 1 on, one after the other, are "
                "expected. Add the missing ones with the label n/a, or a column onset."
            )


def _numbers(lines: Lines, column: str, texts: list[str]) -> list[float]:
    return [lines.number(line, column, text) for line, text in zip(lines.numbers[1:], texts, strict=True)]


def _duration(lines: Lines, line: int, text: str) -> float | None:
    """Return a duration; None if the label lasts until the next one."""
    if text in MISSING:
        return None
    value = lines.number(line, "duration", text)
    if value < 0:
        raise BadRecordingError(f"{lines.path}: line {line} has the duration {text} s; 0 or more are expected.")
    return value


def _clock_times(lines: Lines, texts: list[str]) -> list[float]:
    """Return times of day as seconds after the first midnight; a time earlier than the last is on the next day."""
    found: list[float] = []
    for line, text in zip(lines.numbers[1:], texts, strict=True):
        match = TIME_OF_DAY.fullmatch(text)
        if match is None:
            raise BadRecordingError(f"{lines.path}: line {line} has the onset {text!r}; hh:mm:ss is expected.")
        second = 3600 * int(match[1]) + 60 * int(match[2]) + float(match[3].replace(",", "."))
        days = found[-1] // DAY_S if found else 0
        second += days * DAY_S
        found.append(second + DAY_S if found and second < found[-1] - DAY_S / 2 else second)
    return found


def _text(cell: str) -> str:
    """Return the text of a cell; integers lose their decimals, and missing values become empty."""
    match = INTEGER.fullmatch(cell)
    return "" if cell in MISSING else match[1] if match else cell
