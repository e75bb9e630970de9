"""Correction of file locations in the database of an outputs folder that was moved: MLflow stores absolute paths.

Conventions
-----------
Experiments created by eegbench store their files in ``mlartifacts`` next to the database: files of a run in a folder
named by its id, files of a logged model in ``models`` and its id. MLflow's client cannot change a location, so this
module updates the database. Locations of experiments created by other programs are not changed.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlparse

ARTEFACTS = "mlartifacts"


def follow_move(file: Path) -> None:
    """Correct the locations of experiments, runs and models in a database whose folder was moved or copied.

    Parameters
    ----------
    file
        The SQLite database; one that is not writable is not changed.
    """
    here = file.parent / ARTEFACTS
    if not os.access(file, os.W_OK):
        return
    with closing(sqlite3.connect(file, timeout=60)) as database, database:
        for experiment, place in database.execute(
            "SELECT experiment_id, artifact_location FROM experiments"
        ).fetchall():
            if place and place.endswith(f"/{ARTEFACTS}") and place != here.as_uri():
                _follow(database, experiment, place, here)


def _follow(database: sqlite3.Connection, experiment: int, before: str, here: Path) -> None:
    """Correct the locations of an experiment whose files are here, or whose old location no longer exists."""
    models = "UPDATE logged_models SET artifact_location = ? WHERE model_id = ?"
    runs = "UPDATE runs SET artifact_uri = ? WHERE run_uuid = ?"
    rows = [
        *((runs, *row) for row in _places(database, "run_uuid, artifact_uri FROM runs", experiment)),
        *((models, *row) for row in _places(database, "model_id, artifact_location FROM logged_models", experiment)),
    ]
    inside = {
        key: unquote(place.removeprefix(f"{before}/")) for _, key, place in rows if place.startswith(f"{before}/")
    }
    left = Path(unquote(urlparse(before).path))
    if left.is_dir() and not any((here / place).is_dir() for place in inside.values()):
        return
    for update, key, _ in rows:
        if key in inside and ((here / inside[key]).is_dir() or not (left / inside[key]).is_dir()):
            database.execute(update, ((here / inside[key]).as_uri(), key))
    update = "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?"
    database.execute(update, (here.as_uri(), experiment))


def _places(database: sqlite3.Connection, columns: str, experiment: int) -> list[tuple[str, str]]:
    return database.execute(f"SELECT {columns} WHERE experiment_id = ?", (experiment,)).fetchall()
