"""Storage of studies, in a journal file or any database that Optuna supports, and a lock shared by all controllers."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from eegbench.address import check_whole, whole, without_secrets
from eegbench.config import ConfigError

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

JOURNAL = ".journal"


def storage_address(storage: str | None, folder: Path, study: str) -> str:
    """Return the address of a study, with its password: the given one, or a journal file in the folder of sweeps.

    Raises
    ------
    ConfigError
        If the address is neither a database's URL nor the path of a journal file.
    """
    if storage and "://" not in storage and not storage.endswith(JOURNAL):
        raise ConfigError(
            f"hydra.sweeper.storage={storage}: expected a path that ends in {JOURNAL}, sqlite:///FILE, or another "
            "database such as postgresql+psycopg://USER@HOST:PORT/NAME."
        )
    return whole(storage) if storage else str(folder / f"{study}{JOURNAL}")


def open_storage(address: str) -> "BaseStorage":
    """Open a journal file (a path) or a database (a URL).

    Raises
    ------
    ConfigError
        If the database does not answer, its driver is missing, or the file is not a valid journal.
    """
    check_whole(address, "hydra.sweeper.storage")
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        if "://" not in address:
            return _open_journal(Path(address))
        with exclusive(address, "tables"):  # only one process may create the tables
            return optuna.storages.RDBStorage(address, engine_kwargs=_engine_options(address))
    except ConfigError:
        raise
    except Exception as error:
        raise ConfigError(
            f"hydra.sweeper.storage={without_secrets(address)} cannot be opened ({_first_line(error)}); expected "
            "a path, sqlite:///FILE, or another database such as postgresql+psycopg://USER@HOST:PORT/NAME "
            "(pip install 'eegbench[postgresql]')."
        ) from error


def trial_id(storage: "BaseStorage", *, study: str, number: int) -> int:
    """Return the id of a trial in a storage, given the name of its study and its number there.

    Raises
    ------
    KeyError
        If there is no such study or trial.
    """
    return storage.get_trial_id_from_study_id_trial_number(storage.get_study_id_from_name(study), number)


@contextmanager
def exclusive(address: str, name: str) -> Iterator[None]:
    """Exclude other controllers of the study during the block; the lock of a killed process is released.

    Files are locked next to the storage, PostgreSQL with an advisory lock; for other databases the lock file is in the
    temporary folder of this machine.
    """
    if address.startswith("postgresql"):
        with _advisory_lock(address, name):
            yield
        return
    file = _lock_file(address)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _open_journal(file: Path) -> "BaseStorage":
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    from eegbench.sweep.journal import FileLock, check_journal

    file.parent.mkdir(parents=True, exist_ok=True)
    check_journal(file)
    return JournalStorage(JournalFileBackend(str(file), lock_obj=FileLock(file)))  # type: ignore[arg-type]


def _engine_options(address: str) -> dict[str, object]:
    from sqlalchemy.pool import NullPool

    # connections are closed after each use, so that hundreds of jobs do not exhaust the database's limit
    options: dict[str, object] = {"poolclass": NullPool}
    if address.startswith("sqlite"):
        options["connect_args"] = {"timeout": 60}  # wait for a busy file
    return options


def _lock_file(address: str) -> Path:
    if "://" not in address:
        return Path(address).with_name(f".{Path(address).name}.draw")
    if address.startswith("sqlite:///"):
        file = Path(address.removeprefix("sqlite:///"))
        return file.with_name(f".{file.name}.draw")
    import tempfile

    digest = hashlib.sha256(address.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"eegbench-{digest}.draw"


@contextmanager
def _advisory_lock(address: str, name: str) -> Iterator[None]:
    from sqlalchemy import create_engine, text
    from sqlalchemy.pool import NullPool

    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:7])
    engine = create_engine(address, poolclass=NullPool)
    with engine.connect() as connection:  # closing the connection releases the lock
        connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": number})
        yield


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
