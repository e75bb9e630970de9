"""Output of `eegbench data`: content and problems of recordings, and the number of shards."""

import re
import shutil
from pathlib import Path
from typing import Literal

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from eegbench.preprocessing.share import Report
from eegbench.preprocessing.survey import Survey
from eegbench.progress import tell
from eegbench.score.render import plural

_IN_PARTICULAR = re.compile(r"/[^:]*(?=:)|\d+")
"""Parts of the text of a problem that differ between recordings: paths of files, and numbers."""

MAX_CHANNELS = 6
"""Maximum number of channel names that are shown."""


def print_survey(found: Survey) -> None:
    """Print a line per recording, then problems of recordings and of the whole data set, and the notes of a run."""
    rows = found.table
    shown = rows.assign(channels=rows["names"].map(_first_names), minutes=rows["minutes"].map("{:g}".format))
    columns = ["recording", "subject", "session", "run", "channels", "sfreq_hz", "minutes", "labels"]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        side: Literal["left", "right"] = "right" if name in ("sfreq_hz", "minutes") else "left"
        table.add_column(name.replace("_hz", " (Hz)"), justify=side, no_wrap=name in ("recording", "subject"))
    for cells in shown[columns].astype(str).to_numpy().tolist():
        table.add_row(*cells)
    Console(width=max(100, shutil.get_terminal_size((160, 24)).columns), markup=False, highlight=False).print(table)
    bad = rows[rows["problem"] != ""]
    for line in _problems(bad):
        print(line)
    for text in (*([found.refusal] if found.refusal else []), *(f"note: {note}" for note in found.notes)):
        print(text)
    usable = f"{len(rows) - len(bad)} can be used" if len(bad) else "all can be used"
    print(f"\n{plural(len(rows), 'recording')} of {plural(rows['subject'].nunique(), 'subject')}; {usable}")


def _problems(bad: pd.DataFrame) -> list[str]:
    """Return a line per problem; problems that differ only in files and numbers are listed once."""
    alike: dict[str, list[str]] = {}
    for recording, problem in zip(bad["recording"], bad["problem"], strict=True):
        alike.setdefault(_IN_PARTICULAR.sub("", problem), []).append(f"{recording}: {problem}")
    return [
        first + (f"\n    … and {plural(len(more), 'more recording')} (--csv FILE lists them)" if more else "")
        for first, *more in alike.values()
    ]


def check_targets(every: Path | None, subjects: Path | None) -> None:
    """Check before reading that the files of `write_survey` can be written.

    Raises
    ------
    ValueError, FileNotFoundError
        If a table of subjects exists already, or a folder does not exist.
    """
    if subjects and subjects.exists():
        raise ValueError(f"--subjects {subjects}: this file exists already; name a new one.")
    for file in filter(None, (subjects, every)):
        if not file.parent.is_dir():
            raise FileNotFoundError(f"{file}: the folder {file.parent} does not exist; make it, or name another file.")


def write_survey(rows: pd.DataFrame, every: Path | None, subjects: Path | None) -> None:
    """Write a table of all columns, and a table of subjects to fill in, to the files that are named."""
    if every:
        rows.to_csv(every, index=False)
        print(f"\nall columns: {every}")
    if subjects:
        rows[["recording", "subject"]].assign(age="", sex="").to_csv(subjects, index=False)
        print(f"\nto fill in: {subjects}")


def _first_names(names: str) -> str:
    """Return the number of channels, and the names of some."""
    each = names.split(", ") if names else []
    return f"{len(each)}: {', '.join(each[:MAX_CHANNELS])}{', …' if len(each) > MAX_CHANNELS else ''}" if each else ""


def print_built(report: Report, n_recordings: int, folder: Path) -> None:
    """Print on standard error the recordings that cannot be used, and the number of shards."""
    for outcome, some in (("skipped", report.skipped), ("failed", report.failed)):
        for recording, why in some.items():
            tell(f"{outcome} {recording}: {why}")
    parts = [f"{report.n_built} built now"]
    parts += [f"{len(some)} {name}" for name, some in (("skipped", report.skipped), ("failed", report.failed)) if some]
    n_shards = report.n_built + report.n_there
    tell(f"{n_shards} of {plural(n_recordings, 'recording')} have shards in {folder}: {', '.join(parts)}")
