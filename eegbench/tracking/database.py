"""Where MLflow keeps the runs, and how to open it so that parallel runs never damage a new store."""

import fcntl
import os
import re
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from eegbench.tracking.moved import ARTEFACTS, follow_move

Client = Any
"""An ``mlflow.MlflowClient``; MLflow takes more than a second to import, so only functions that need it do."""

FILE = "sqlite:///"
"""Before the path of a database."""

_SERVERS = ("http", "https", "databricks")
_DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",  # about 15 s; its own 7 hold training up for minutes
}
"""What MLflow must find in its environment, before it is imported, to stay silent and to give up in time."""


@dataclass(frozen=True)
class Place:
    """Where runs are kept.

    Attributes
    ----------
    uri
        MLflow's tracking URI, absolute.
    artefacts
        URI of the folder for files, or None where a server decides.
    lock
        A file that is locked while a new database is set up, or None where a server does that.
    """

    uri: str
    artefacts: str | None
    lock: Path | None

    @property
    def public_uri(self) -> str:
        """The URI without its password."""
        return re.sub(r"://([^:/@]*):[^@]*@", r"://\1:***@", self.uri)


def database_file(folder: Path) -> Path:
    """Return the file in an outputs folder that holds the runs."""
    return folder.resolve() / "mlflow.db"


def artefact_uri(folder: Path) -> str:
    """Return the address of the folder, in an outputs folder, that holds the files of the runs."""
    return (folder.resolve() / ARTEFACTS).as_uri()


def default_place(folder: Path) -> Place:
    """Return the place inside an outputs folder: an sqlite database, and the files beside it."""
    return _sqlite_place(database_file(folder), folder)


def find_place(uri: str | None, folder: Path) -> Place:
    """Return the place that a tracking URI names, or the one inside the outputs folder where it is None.

    Raises
    ------
    ValueError
        Where MLflow 3 keeps no runs under such a URI.
    """
    if uri is None:
        return default_place(folder)
    scheme = uri.split(":")[0].split("+")[0]
    if scheme == "sqlite":
        return _sqlite_place(Path(uri.split("///", 1)[-1]), folder)
    if scheme in _DATABASES:
        return Place(uri, artefact_uri(folder), folder.resolve() / "mlflow.lock")
    if scheme in _SERVERS:
        return Place(uri, None, None)
    raise ValueError(
        f"tracking.uri={uri}: expected sqlite:///FILE, another database such as postgresql://…, or a "
        f"server such as http://127.0.0.1:5000; leave it null for {database_file(folder)}."
    )


def connect(place: Place) -> Client:
    """Open a place and return a client, setting up the database where it is new (about two seconds).

    Raises
    ------
    ValueError
        Where it cannot be written, is no MLflow database, or does not answer.
    """
    if place.uri.startswith("http"):
        _check_answer(place.uri)
    try:
        with quiet():
            from mlflow import MlflowClient

            if place.lock:
                import mlflow.store.tracking.sqlalchemy_store  # noqa: F401  takes long, and needs no lock

            with _locked(place.lock):
                client = MlflowClient(place.uri)
                client.search_experiments(max_results=1)  # opens the database now, under the lock
                if place.uri.startswith(FILE):
                    follow_move(Path(place.uri.removeprefix(FILE)))
                return client
    except Exception as error:
        raise ValueError(
            f"MLflow cannot open {place.public_uri} ({_first_line(error)}); move it aside, or name another "
            "with tracking.uri=URI or paths.outputs=FOLDER, or keep no database with tracking=folder."
        ) from error


def check_writable(place: Place) -> None:
    """Refuse a place whose database or folder of files belongs to somebody who does not let others write.

    Raises
    ------
    ValueError
        Naming the file or folder.
    """
    files = [Path(place.uri.removeprefix(FILE))] if place.uri.startswith(FILE) else []
    files += [Path(unquote(urlparse(uri).path)) for uri in (place.artefacts,) if uri]
    for path in (*files, *(file.parent for file in files)):  # sqlite writes a journal next to its file
        if path.exists() and not os.access(path, os.W_OK):
            raise ValueError(
                f"{path}: writing is not permitted, so MLflow cannot keep the run; ask its owner for permission, name "
                "another place with tracking.uri=URI or paths.outputs=FOLDER, or keep no database with tracking=folder."
            )


def find_experiment(client: Client, place: Place, name: str) -> str:
    """Return the id of an experiment, making it where there is none of this name.

    Raises
    ------
    ValueError
        Where an experiment of this name was deleted in the user interface: it still holds the name.
    """
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name, artifact_location=place.artefacts))
        except MlflowException:
            found = client.get_experiment_by_name(name)  # another process may have been first
            if found is None:
                raise
    if found.lifecycle_stage != "active":
        raise ValueError(
            f"the MLflow experiment {name!r} was deleted in {place.public_uri}; choose another with "
            f"tracking.experiment=NAME, or run: mlflow experiments restore -x {found.experiment_id}"
        )
    return str(found.experiment_id)


def _sqlite_place(file: Path, folder: Path) -> Place:
    file = file.resolve()
    if set("?%") & set(str(file)):  # SQLAlchemy would read them as a query and an escape
        raise ValueError(
            f"{file}: the path of an sqlite database may hold neither ? nor %; "
            "name another with paths.outputs=FOLDER or tracking.uri=sqlite:////FOLDER/FILE."
        )
    return Place(f"{FILE}{file}", artefact_uri(folder), file.with_name(f"{file.name}.lock"))


@contextmanager
def quiet() -> Iterator[None]:
    """Ask MLflow for silence, towards the terminal and towards its makers; what the user has set stays."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's calls of SQLAlchemy, and hints to authors of chat models
        yield


@contextmanager
def _locked(file: Path | None) -> Iterator[None]:
    if file is None:
        yield
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:  # closing it gives the lock back
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _check_answer(uri: str) -> None:
    # MLflow itself would try again for minutes
    try:
        urllib.request.urlopen(uri, timeout=10).close()
    except urllib.error.HTTPError:
        return  # a refusal is an answer
    except OSError as error:
        raise ValueError(
            f"no MLflow server answers at tracking.uri={uri} ({error}); start it, or leave tracking.uri null."
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
