"""Upload of a run's folder to MLflow: whole files only, one after the other."""

import os
from collections.abc import Iterator
from pathlib import Path

from eegbench.progress import bar
from eegbench.tracking.database import Client

KEPT_FOLDERS = (".hydra",)
"""Hidden folders that belong to a run."""


def upload(client: Client, run_id: str, folder: Path) -> None:
    """Upload the files of a folder to a run; stop at the first one that cannot be uploaded.

    Left out are hidden files, which are written by a process that runs or was killed, symbolic links, which may leave
    the folder, and what is no regular file.

    Parameters
    ----------
    client
        An ``MlflowClient``.
    run_id
        Id of the MLflow run.
    folder
        The run's folder.

    Raises
    ------
    Exception
        As MLflow raises it, if a file cannot be uploaded.
    """
    files = sorted(whole_files(folder))
    with bar("upload", len(files)) as advance:
        for file in files:
            place = file.parent.relative_to(folder).as_posix()
            client.log_artifact(run_id, str(file), None if place == "." else place)
            advance("")


def whole_files(folder: Path) -> Iterator[Path]:
    """Yield the regular files of a folder that are complete."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") or name in KEPT_FOLDERS]
        for name in files:
            file = Path(place) / name
            if not name.startswith(".") and file.is_file() and not file.is_symlink():
                yield file
