"""Reading of small text tables with columns separated by tabs, semicolons or commas."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from eegbench.dataset.base import BadRecordingError
from eegbench.text import composed

MISSING = ("", "n/a", "N/A", "NA", "nan", "NaN")
"""Cells that represent a missing value."""

MOST_BYTES = 50_000_000
"""Maximum size in bytes; a larger file cannot be a table of labels or subjects."""


@dataclass(frozen=True)
class Lines:
    """Cells of a table, line by line.

    Attributes
    ----------
    path
        Path of the file.
    cells
        Cells of each non-empty line, without surrounding spaces.
    numbers
        Line numbers of these lines in the file, from 1.
    delimiter
        Column separator; empty for a single column.
    """

    path: Path
    cells: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    delimiter: str

    @property
    def header(self) -> tuple[str, ...]:
        """The first line."""
        return self.cells[0]

    def number(self, line: int, column: str, text: str) -> float:
        """Return the number in a cell; decimal commas are allowed unless commas separate the columns.

        Raises
        ------
        BadRecordingError
            If the cell is not a number.
        """
        try:
            value = float(text if self.delimiter == "," else text.replace(",", "."))
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            wanted = "a number is" if column != "onset" else "a number of seconds, or a time of day hh:mm:ss, is"
            raise BadRecordingError(f"{self.path}: line {line} has the {column} {text!r}; {wanted} expected.")
        return value


def read_lines(path: Path) -> Lines:
    """Read a table of UTF-8 text.

    Raises
    ------
    BadRecordingError
        If the file is not such text, is empty, or has lines of different lengths.
    """
    text = _text(path)
    first = text.lstrip("\n").partition("\n")[0]
    delimiter = max("\t;,", key=first.count)
    delimiter = delimiter if delimiter in first else ""
    try:
        reader = csv.reader(text.splitlines(), delimiter=delimiter or "\t", skipinitialspace=True, strict=True)
        rows = [(reader.line_num, tuple(cell.strip() for cell in row)) for row in reader]
    except csv.Error as error:
        raise BadRecordingError(f"{path}: is not a table ({error}); CSV or TSV is expected.") from error
    kept = [(number, row) for number, row in rows if any(row)]
    if not kept:
        raise BadRecordingError(f"{path}: is empty; a table is expected.")
    n_columns = len(kept[0][1])
    for number, row in kept:
        if len(row) != n_columns:
            raise BadRecordingError(
                f"{path}: line {number} has {len(row)} columns and the first line {n_columns}; equally many are "
                "expected, and decimal points where commas separate the columns."
            )
    return Lines(path, tuple(row for _, row in kept), tuple(number for number, _ in kept), delimiter)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadRecordingError(f"{path}: has more than {MOST_BYTES // 10**6} MB; a table of text is expected.")
        return composed(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadRecordingError(f"{path}: cannot be read ({error}); save it as UTF-8 text (CSV or TSV).") from error
