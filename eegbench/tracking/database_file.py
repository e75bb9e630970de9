"""Creation of MLflow's SQLite database: complete or not at all, whenever the process ends."""

import sqlite3
from contextlib import closing
from pathlib import Path

from eegbench.atomic import to_disk

FILE = "sqlite:///"
"""Prefix of the path of an SQLite database in a URI."""


def ensure_database(file: Path, artefacts: str) -> None:
    """Create the database unless there is one; the caller holds the lock.

    It is created under another name and then renamed. A database whose creation was interrupted (empty, without all
    tables, or of an unfinished schema, and without any run or model) is renamed to ``NAME.unfinished``, and created
    again. Any other file stays as it is.

    Parameters
    ----------
    file
        The database.
    artefacts
        URI of the folder for files.

    Raises
    ------
    OSError, sqlalchemy.exc.OperationalError
        If it cannot be written.
    """
    if file.exists() and _holds_something(file):
        return
    aside = file.with_name(f".{file.name}.new")
    _remove(aside)
    try:
        _create(aside, artefacts)
        if file.exists():
            if _schema(file) == _schema(aside):
                return
            file.replace(file.with_name(f"{file.name}.unfinished"))
            _remove(file)  # its journals, which belong to no other database
        aside.replace(file)
        to_disk(file.parent)
    finally:
        _remove(aside)


def _create(file: Path, artefacts: str) -> None:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    store = SqlAlchemyStore(f"{FILE}{file}", artefacts)
    store.engine.dispose()
    to_disk(file)


def _holds_something(file: Path) -> bool:
    """Return whether a file has runs or models, or is no database."""
    try:
        with closing(sqlite3.connect(file)) as database:
            tables = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
            return any(
                database.execute(f"select 1 from {table} limit 1").fetchone()
                for table in ("runs", "registered_models", "logged_models")
                if table in tables
            )
    except sqlite3.Error:
        return True


def _schema(file: Path) -> object:
    """Return the version of the schema, which is written last; None if it is missing."""
    with closing(sqlite3.connect(file)) as database:
        try:
            return database.execute("select version_num from alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None


def _remove(file: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)
