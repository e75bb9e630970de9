"""Journal files of studies: a line of JSON per record; a line that a killed process left unfinished is removed."""

import fcntl
import logging
import threading
from pathlib import Path
from typing import IO

from eegbench.config import ConfigError, parse_json

_log = logging.getLogger(__name__)


def check_journal(file: Path) -> None:
    """Remove an unfinished last line, and raise an error for lines that are not records.

    Parameters
    ----------
    file
        The journal; it need not exist.

    Raises
    ------
    ConfigError
        With the file, the line, and what to do.
    """
    lock = FileLock(file)
    lock.acquire()
    lock.release()
    if not file.exists():
        return
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.endswith(b"\n"):  # another process is writing it
                return
            if not _is_record(line):
                raise ConfigError(
                    f"{file}, line {number}: this is not a record of a study; remove this line, or move the file away "
                    "to begin the study anew."
                )


class FileLock:
    """Lock of a journal, held by the kernel: Optuna's own lock survives a killed holder for half a minute.

    Who takes the lock to write removes what a killed process left of its last line; otherwise the next record would
    be added to that line, and no process could read the journal any longer.

    Parameters
    ----------
    file
        The journal.
    """

    def __init__(self, file: Path) -> None:
        self.journal, self.file = file, file.with_name(f".{file.name}.lock")
        self._held = threading.local()

    def acquire(self) -> bool:
        """Wait for the lock and take it."""
        handle = self.file.open("a")
        fcntl.flock(handle, fcntl.LOCK_EX)
        self._held.handle = handle
        _remove_unfinished(self.journal)
        return True

    def release(self) -> None:
        """Give the lock back."""
        handle: IO[str] = self._held.handle
        handle.close()


def _remove_unfinished(file: Path) -> None:
    """Cut a file after its last line break."""
    if not file.exists():
        return
    with file.open("rb+") as handle:
        size = handle.seek(0, 2)
        if size == 0 or _byte_before(handle, size) == b"\n":
            return
        whole = file.read_bytes().rfind(b"\n") + 1
        handle.truncate(whole)
    _log.warning("%s: the last record was cut, as by a process that was killed while writing; it is removed", file)


def _byte_before(handle: IO[bytes], place: int) -> bytes:
    handle.seek(place - 1)
    return handle.read(1)


def _is_record(line: bytes) -> bool:
    try:
        record = parse_json(line)
    except ValueError:
        return False
    return isinstance(record, dict) and "op_code" in record and "worker_id" in record
