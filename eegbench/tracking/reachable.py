"""Check whether a tracking store answers, without creating or changing anything."""

import sqlite3
from contextlib import closing
from pathlib import Path

from eegbench.tracking.database import check_answer, check_writable, find_place
from eegbench.tracking.database_file import FILE


def reachable(uri: str | None, folder: Path) -> str:
    """Describe the store of a tracking URI, or of an outputs folder.

    Parameters
    ----------
    uri
        MLflow's tracking URI; None for the database in the outputs folder.
    folder
        Outputs folder.

    Raises
    ------
    ValueError
        If the store does not answer, cannot be written, or is not a database of MLflow.
    """
    place = find_place(uri, folder)
    check_writable(place)
    if not place.uri.startswith(FILE):
        check_answer(place)
        return f"{place.public_uri} answers"
    file = Path(place.uri.removeprefix(FILE))
    if not file.is_file():
        return f"{file}: no runs yet; the first run creates it"
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)) as database:
            (n_runs,) = database.execute("SELECT count(*) FROM runs").fetchone()
    except sqlite3.Error as error:
        raise ValueError(
            f"{file}: is not a database of MLflow, or is damaged ({error}); move it aside, and send finished runs to a "
            "new one with eegbench track."
        ) from error
    return f"{file}: {n_runs:,} run{'s' * (n_runs != 1)}"
