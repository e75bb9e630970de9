"""Times of lights off and on: a time of day, or whole minutes from the first sample."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from eegbench.dataset.content import named
from eegbench.dataset.lights_table import read_lights_rows
from eegbench.types import Recording

DAY_S = 24 * 3600.0


@dataclass(frozen=True)
class Lights:
    """Two times as they were typed; None if not given: the night then begins or ends with its recording.

    Attributes
    ----------
    off, on
        ``HH:MM`` or ``HH:MM:SS``, or whole minutes from the first sample.
    """

    off: str | None = None
    on: str | None = None

    def __post_init__(self) -> None:
        for name, text in (("off", self.off), ("on", self.on)):
            if text is not None and not (_is_clock(text) or _is_minutes(text)):
                raise ValueError(f"lights {name} at {text!r}: {_remedy(text)}.")

    def seconds(self, start: datetime | None, first_s: float) -> tuple[float | None, float | None]:
        """Return both times in seconds from the first sample.

        Parameters
        ----------
        start
            Start of the recording from its header.
        first_s
            Seconds from that start to the first sample.

        Raises
        ------
        ValueError
            If a time of day is given, but the start of the recording is unknown.
        """
        off = None if self.off is None else _seconds(self.off, start, first_s)
        on = None if self.on is None else _seconds(self.on, start, first_s)
        return off, on


def read_lights(path: Path) -> Mapping[str, Lights]:
    """Read a table with the columns ``recording, lights_off, lights_on``, by the id of the recording.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If columns are missing, a recording is listed twice, or a cell is neither a time nor empty.
    """
    found = {}
    for row in read_lights_rows(path, "recording"):
        try:
            found[row.name] = Lights(row.off, row.on)
        except ValueError as error:
            raise ValueError(f"--lights {path}, line {row.line}: {error}") from error
    return found


def check_named(lights: Mapping[str, Lights], recordings: Sequence[Recording]) -> None:
    """Raise an error for lights of recordings that are not staged.

    Raises
    ------
    ValueError
        With their names.
    """
    known = {one.id for one in recordings}
    if strange := [name for name in lights if name not in known]:
        raise ValueError(f"--lights: {named(strange)}: no such recording; there are {named(sorted(known))}.")


def _is_clock(text: str) -> bool:
    return re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?", text) is not None


def _is_minutes(text: str) -> bool:
    return re.fullmatch(r"\d+", text) is not None


def _remedy(text: str) -> str:
    """Return the correct notation of a time; 22.10 could mean minutes or a time of day."""
    written = re.fullmatch(r"(\d+)[.,](\d+)", text)
    clock = f"{written[1]}:{written[2]}" if written else ""
    of_day, minutes = (clock, int(written[1])) if written and _is_clock(clock) else ("23:10", 12)
    return (
        f"a time of day is written {of_day} or {of_day}:30, with a colon; minutes from the first sample are a "
        f"whole number, e.g. {minutes}"
    )


def _seconds(text: str, start: datetime | None, first_s: float) -> float:
    if _is_minutes(text):
        return 60.0 * int(text)
    if start is None:
        raise ValueError(f"{text}: the start time of the recording is unknown.")
    hours, minute, *seconds = map(int, text.split(":"))
    begins = start + timedelta(seconds=first_s)
    midnight = datetime.combine(begins, datetime.min.time())
    at = timedelta(hours=hours, minutes=minute, seconds=seconds[0] if seconds else 0)
    return (at - (begins - midnight)).total_seconds() % DAY_S
