"""Runs in an SQLite database of MLflow, read with three statements; MLflow's client takes 20 ms for each run.

Conventions
-----------
Only the tables ``runs``, ``params`` and ``tags`` are read, in the form that they have had since MLflow 1.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sys import intern

from eegbench.tracking.mlflow import PARENT

NAME = "mlflow.runName"
"""Tag with the name of a run."""


@dataclass(frozen=True)
class StoredRun:
    """A run that is not deleted; attributes as in `eegbench.tracking.finished_runs.FinishedRun`."""

    id: str
    name: str
    experiment_id: str
    status: str
    files: str
    parameters: dict[str, str]
    tags: dict[str, str]


def stored_runs(file: Path, experiments: Sequence[str], parent: str | None) -> list[StoredRun]:
    """Return the runs of some experiments, oldest first.

    Parameters
    ----------
    file
        The database.
    experiments
        Ids of the experiments.
    parent
        Id of the parent run; None for all.

    Raises
    ------
    ValueError
        If the database cannot be read.
    """
    marks = ", ".join("?" * len(experiments))
    chosen = f"lifecycle_stage = 'active' AND experiment_id IN ({marks})"
    values = list(experiments)
    if parent is not None:
        chosen += " AND run_uuid IN (SELECT run_uuid FROM tags WHERE key = ? AND value = ?)"
        values += [PARENT, parent]
    columns = "run_uuid, name, experiment_id, status, artifact_uri"
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=60)) as database:
            rows = database.execute(
                f"SELECT {columns} FROM runs WHERE {chosen} ORDER BY start_time, run_uuid", values
            ).fetchall()
            parameters, tags = (_by_run(database, name, chosen, values) for name in ("params", "tags"))
    except sqlite3.Error as error:
        raise ValueError(f"{file}: MLflow's database cannot be read ({error}).") from error
    return [
        StoredRun(
            id=id_,
            name=name or tags.get(id_, {}).get(NAME) or id_,
            experiment_id=str(experiment),
            status=status,
            files=files,
            parameters=parameters.get(id_, {}),
            tags=tags.get(id_, {}),
        )
        for id_, name, experiment, status, files in rows
    ]


def _by_run(database: sqlite3.Connection, table: str, chosen: str, values: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the keys and values of each run; equal texts are one object."""
    found: dict[str, dict[str, str]] = {}
    rows = database.execute(
        f"SELECT run_uuid, key, value FROM {table} WHERE run_uuid IN (SELECT run_uuid FROM runs WHERE {chosen})", values
    )
    for id_, key, value in rows:
        found.setdefault(id_, {})[intern(key)] = intern(value or "")
    return found
