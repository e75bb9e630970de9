"""The file in a run's folder that names its run in MLflow, and says whether everything was sent there."""

from pathlib import Path

from eegbench.atomic import write_json
from eegbench.config import read_json

RECORD = "tracking.json"
"""Name of the file."""

COMPLETE = "complete"


def mark_complete(folder: Path) -> None:
    """Record that metrics, files and model of a run are in MLflow."""
    write_json(folder / RECORD, read_json(folder / RECORD) | {COMPLETE: True})


def is_incomplete(folder: Path) -> bool:
    """Return whether a run was begun in MLflow, and not everything of it was sent there."""
    file = folder / RECORD
    return file.is_file() and read_json(file).get(COMPLETE) is False
