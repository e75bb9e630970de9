"""Reading of a table of lights-off and lights-on times, with one row per recording."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.delimited import MISSING, Lines, read_lines

TIMES = ("lights_off", "lights_on")


@dataclass(frozen=True)
class LightsRow:
    """A row of the table.

    Attributes
    ----------
    line
        Line number in the file, from 1.
    name
        Name of the recording.
    off, on
        Contents of the cells; None for empty cells and ``n/a``.
    """

    line: int
    name: str
    off: str | None
    on: str | None


def read_lights_rows(path: Path, name: str) -> Sequence[LightsRow]:
    """Read a table with columns separated by commas, semicolons or tabs.

    Parameters
    ----------
    path
        Path of the file.
    name
        Name of the column with the recordings; the others are ``lights_off`` and ``lights_on``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it cannot be read, a column is missing, or a recording has several rows or no name.
    """
    wanted = f"a table with the columns {', '.join((name, *TIMES))} and a row a recording is expected"
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "there is no such file"
        raise FileNotFoundError(f"--lights {path}: {what}; {wanted} (CSV).")
    lines = _lines(path)
    if not {name, *TIMES} <= set(lines.header):
        raise ValueError(f"--lights {path}: has the columns {', '.join(lines.header)}; {wanted}.")
    places = [lines.header.index(column) for column in (name, *TIMES)]
    rows = [
        LightsRow(number, cells[places[0]], *(None if cells[i] in MISSING else cells[i] for i in places[1:]))
        for number, cells in zip(lines.numbers[1:], lines.cells[1:], strict=True)
    ]
    _check_once(path, name, rows)
    return rows


def _lines(path: Path) -> Lines:
    try:
        return read_lines(path)
    except BadRecordingError as error:
        raise ValueError(f"--lights {error}") from error


def _check_once(path: Path, name: str, rows: Sequence[LightsRow]) -> None:
    first: dict[str, int] = {}
    for row in rows:
        if row.name in MISSING:
            raise ValueError(f"--lights {path}, line {row.line}: the cell of the column {name} is empty; name one.")
        if row.name in first:
            raise ValueError(
                f"--lights {path}: lines {first[row.name]} and {row.line} both name {row.name}; leave one of them."
            )
        first[row.name] = row.line
