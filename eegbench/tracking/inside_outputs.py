"""Check that the database of an outputs folder stores files in that folder: it may come from a stranger."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

from eegbench.tracking.database import Place

PLACES = {"experiments": "artifact_location", "runs": "artifact_uri", "logged_models": "artifact_location"}
"""Columns with addresses of files, by the table."""


def is_inside(files: str, outputs: Path) -> bool:
    """Return whether an address is that of a folder in an outputs folder."""
    address = urlsplit(files)
    folder = Path(unquote(address.path))
    return address.scheme in ("", "file") and folder.resolve().is_relative_to(outputs.resolve())


def outside(file: Path, outputs: Path) -> str:
    """Return the first address in a database that is not in the outputs folder; empty if there is none.

    Raises
    ------
    sqlite3.Error
        If the file is not a database of MLflow.
    """
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=60)) as database:
        for table, column in PLACES.items():
            for (files,) in database.execute(f"SELECT DISTINCT {column} FROM {table}"):
                if files and not is_inside(files, outputs):
                    return str(files)
    return ""


def check_inside(files: str, place: Place, outputs: Path) -> None:
    """Check where a database stores the files of a run or an experiment.

    Parameters
    ----------
    files
        Address of the files, as the database has it.
    place
        The database.
    outputs
        The outputs folder.

    Raises
    ------
    ValueError
        If the files are not in the outputs folder.
    """
    if is_inside(files, outputs):
        return
    named = f"tracking.uri={place.public_uri} (eegbench track: --tracking-uri {place.public_uri})"
    raise ValueError(
        f"{place.public_uri} stores files of this run in {files}, outside {outputs}; the database is a copy, or was "
        f"made by someone else. If the place is right, confirm it with {named}; otherwise use another folder, or "
        "tracking=folder."
    )
