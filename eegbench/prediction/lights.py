"""When lights went off and on: a time of day, or minutes from the first sample."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from eegbench.dataset.content import named
from eegbench.types import Recording

DAY_S = 24 * 3600.0

NEVER = ("", "n/a")


@dataclass(frozen=True)
class Lights:
    """Two times as they were typed; None where nobody said: then a night begins or ends with its recording.

    Attributes
    ----------
    off, on
        ``HH:MM`` or ``HH:MM:SS``, or minutes from the first sample.
    """

    off: str | None = None
    on: str | None = None

    def __post_init__(self) -> None:
        for name, text in (("off", self.off), ("on", self.on)):
            if text is not None and not (_is_clock(text) or _minutes(text) is not None):
                raise ValueError(
                    f"lights {name} at {text!r}: a time of day as 23:10 or 23:10:30 is expected, or minutes from the "
                    "first sample as 12.5."
                )

    def seconds(self, start: datetime | None, first_s: float) -> tuple[float | None, float | None]:
        """Return both in seconds from the first sample.

        Parameters
        ----------
        start
            When the recording starts by its header.
        first_s
            Seconds from there to its first sample.

        Raises
        ------
        ValueError
            Where a time of day is given, and the recording does not say when it starts.
        """
        off = None if self.off is None else _seconds(self.off, start, first_s)
        on = None if self.on is None else _seconds(self.on, start, first_s)
        return off, on


def read_lights(path: Path) -> Mapping[str, Lights]:
    """Read a CSV table with the columns ``recording, lights_off, lights_on``, by the id of the recording.

    Raises
    ------
    ValueError
        Where a column is missing, or a cell is neither a time nor empty.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = ("recording", "lights_off", "lights_on")
    if not rows or not set(expected) <= set(rows[0]):
        raise ValueError(f"{path}: a table with the columns {', '.join(expected)} and a row a recording is expected.")
    found = {}
    for line, row in enumerate(rows, start=2):
        off, on = ((row[name] or "").strip() for name in expected[1:])
        try:
            found[row["recording"].strip()] = Lights(None if off in NEVER else off, None if on in NEVER else on)
        except ValueError as error:
            raise ValueError(f"{path}, line {line}: {error}") from error
    return found


def check_named(lights: Mapping[str, Lights], recordings: Sequence[Recording]) -> None:
    """Refuse lights of recordings that are not among those that are staged.

    Raises
    ------
    ValueError
        Naming them.
    """
    known = {one.id for one in recordings}
    if strange := [name for name in lights if name not in known]:
        raise ValueError(f"--lights: {named(strange)}: there is no such recording; there are {named(sorted(known))}.")


def _is_clock(text: str) -> bool:
    return re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?", text) is not None


def _minutes(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


def _seconds(text: str, start: datetime | None, first_s: float) -> float:
    minutes = _minutes(text)
    if minutes is not None:
        return 60 * minutes
    if start is None:
        raise ValueError(f"{text}: it is not known at what time the recording starts.")
    hours, minute, *seconds = map(int, text.split(":"))
    begins = start + timedelta(seconds=first_s)
    midnight = datetime.combine(begins, datetime.min.time())
    at = timedelta(hours=hours, minutes=minute, seconds=seconds[0] if seconds else 0)
    return (at - (begins - midnight)).total_seconds() % DAY_S
