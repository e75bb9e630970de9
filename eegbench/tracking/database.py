"""Location of MLflow's store, and opening it."""

import fcntl
import os
import socket
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from eegbench.address import check_whole, kept, whole, without_secrets
from eegbench.tracking.database_file import FILE, ensure_database
from eegbench.tracking.moved_database import ARTEFACTS, follow_move
from eegbench.tracking.variables import URI, variable

Client = Any
"""An ``mlflow.MlflowClient``; importing MLflow takes over a second, so only functions that need it import it."""

PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}
"""Ports of databases whose address names none."""

ANSWER_S = 10
"""Seconds within which a server must answer."""

_SERVERS = ("http", "https", "databricks")
_DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_LOGGING_LEVEL": "CRITICAL",  # errors are raised, too
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",  # about 15 s; the default of 7 blocks training for minutes
}
"""Environment variables, set before MLflow is imported, that silence it and limit its retries."""


@dataclass(frozen=True)
class Place:
    """Location of a tracking store.

    Attributes
    ----------
    uri
        MLflow's tracking URI, absolute.
    artefacts
        URI of the folder for files; None if a server decides.
    lock
        Lock file used while a new database is created; None if a server does that.
    named_by
        Option or environment variable that names the URI, for messages.
    """

    uri: str
    artefacts: str | None
    lock: Path | None
    named_by: str = field(default="tracking.uri", compare=False)

    @property
    def public_uri(self) -> str:
        """The URI without its password."""
        return without_secrets(self.uri)


def database_file(folder: Path) -> Path:
    """Return the database file in an outputs folder."""
    return folder.resolve() / "mlflow.db"


def artefact_uri(folder: Path) -> str:
    """Return the URI of the folder for the runs' files in an outputs folder."""
    return (folder.resolve() / ARTEFACTS).as_uri()


def default_place(folder: Path) -> Place:
    """Return the location inside an outputs folder: an SQLite database with a folder of files next to it."""
    return _sqlite_place(database_file(folder), folder)


def find_place(uri: str | None, folder: Path) -> Place:
    """Return the location of a tracking URI.

    Parameters
    ----------
    uri
        The URI; None for that of the environment variable ``MLFLOW_TRACKING_URI``, and, if it is not set, for the
        database inside the outputs folder.
    folder
        The outputs folder.

    Raises
    ------
    ValueError
        If MLflow 3 does not support such a URI.
    """
    if uri is not None:
        return _place(uri, folder, "tracking.uri")
    if named := variable(URI):
        return replace(_place(kept(named), folder, URI), named_by=URI)
    return default_place(folder)


def _place(uri: str, folder: Path, named_by: str) -> Place:
    uri = whole(uri)
    scheme = uri.split(":")[0].split("+")[0]
    if scheme == "sqlite":
        return _sqlite_place(Path(uri.split("///", 1)[-1]), folder)
    if scheme in _DATABASES:
        return Place(uri, artefact_uri(folder), folder.resolve() / "mlflow.lock")
    if scheme in _SERVERS:
        return Place(uri, None, None)
    raise ValueError(
        f"{named_by}={without_secrets(uri)}: expected sqlite:///FILE, another database such as postgresql://…, or a "
        f"server such as http://127.0.0.1:5000; without it, runs are logged in {database_file(folder)}."
    )


def connect(place: Place) -> Client:
    """Open a location and return a client; a new database is created first, which takes about two seconds.

    Raises
    ------
    ValueError
        If the location is not writable, is not an MLflow database, or does not answer; or if its password is unknown.
    """
    check_whole(place.uri, place.named_by)
    check_answer(place)
    try:
        with quiet():
            from mlflow import MlflowClient

            if place.lock:
                import mlflow.store.tracking.sqlalchemy_store  # noqa: F401  slow, and needs no lock

            with _locked(place.lock):
                if place.uri.startswith(FILE) and place.artefacts:
                    ensure_database(Path(place.uri.removeprefix(FILE)), place.artefacts)
                client = MlflowClient(place.uri)
                client.search_experiments(max_results=1)  # opens the database while it is locked
                if place.uri.startswith(FILE):
                    follow_move(Path(place.uri.removeprefix(FILE)))
                return client
    except Exception as error:
        raise ValueError(
            f"MLflow cannot open {place.public_uri} ({_first_line(error)}); move it aside, or name another "
            "with tracking.uri=URI or paths.outputs=FOLDER, or log to files: tracking=folder."
        ) from error


def check_writable(place: Place) -> None:
    """Raise an error if the user may not write to the database or the folder of files.

    Raises
    ------
    ValueError
        If one of them is not writable; the message names the file or folder.
    """
    files = [Path(place.uri.removeprefix(FILE))] if place.uri.startswith(FILE) else []
    files += [Path(unquote(urlparse(uri).path)) for uri in (place.artefacts,) if uri]
    for path in (*files, *(file.parent for file in files)):  # SQLite writes a journal next to its file
        if path.exists() and not os.access(path, os.W_OK):
            raise ValueError(
                f"{path}: writing is not permitted, so MLflow cannot keep the run; ask its owner for permission, name "
                "another place with tracking.uri=URI or paths.outputs=FOLDER, or log to files: tracking=folder."
            )


def find_experiment(client: Client, place: Place, name: str) -> str:
    """Return the id of an experiment; create it if there is none of this name.

    Raises
    ------
    ValueError
        If an experiment of this name was deleted in the user interface, which reserves the name.
    """
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name, artifact_location=place.artefacts))
        except MlflowException:
            found = client.get_experiment_by_name(name)  # another process may have created it
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
    if set("?%") & set(str(file)):  # SQLAlchemy parses them as a query and an escape
        raise ValueError(
            f"{file}: the path of an sqlite database must not contain ? or %; "
            "name another with paths.outputs=FOLDER or tracking.uri=sqlite:////FOLDER/FILE."
        )
    return Place(f"{FILE}{file}", artefact_uri(folder), file.with_name(f"{file.name}.lock"))


@contextmanager
def quiet() -> Iterator[None]:
    """Disable MLflow's output, telemetry and warnings; the user's own settings take precedence."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about SQLAlchemy, and hints for chat models
        yield


@contextmanager
def _locked(file: Path | None) -> Iterator[None]:
    if file is None:
        yield
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:  # closing the file releases the lock
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def check_answer(place: Place) -> None:
    """Raise an error within seconds if a server does not answer; MLflow itself would retry for minutes.

    Raises
    ------
    ValueError
        With the address and what to do.
    """
    address = urlparse(place.uri)
    try:
        if place.uri.startswith("http"):
            bare = place.uri.replace(address.netloc, address.netloc.rpartition("@")[2], 1)  # urllib takes no password
            urllib.request.urlopen(bare, timeout=ANSWER_S).close()
        elif address.hostname and (port := address.port or PORTS.get(address.scheme.split("+")[0])):
            socket.create_connection((address.hostname, port), timeout=ANSWER_S).close()
    except urllib.error.HTTPError:
        return  # an HTTP error is an answer
    except OSError as error:
        raise ValueError(
            f"no MLflow server or database answers at {place.named_by}={place.public_uri} ({error}); start it, leave "
            f"{place.named_by} out, or log to files (tracking=folder) and send the run later with eegbench track."
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
