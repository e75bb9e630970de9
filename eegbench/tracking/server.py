"""Start MLflow's user interface for the runs of an outputs folder, on this machine only."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from eegbench.progress import tell
from eegbench.tracking.database import QUIET, artefact_uri, database_file, default_place
from eegbench.tracking.inside_outputs import outside
from eegbench.tracking.moved_database import follow_move

LOG = "ui.log"
START_TIMEOUT_S = 120
"""Time limit in seconds; the server starts in about five seconds, and much later from a cold disk."""


def server_command(folder: Path, *, host: str, port: int) -> list[str]:
    """Return the command that serves the runs of an outputs folder."""
    options = {
        "--backend-store-uri": default_place(folder).uri,
        "--default-artifact-root": artefact_uri(folder),
        "--host": host,
        "--port": str(port),
        "--workers": "1",  # each takes 250 MB, and one user needs one
        "--uvicorn-opts": "--log-level warning",
    }
    return [sys.executable, "-m", "mlflow", "server", *(part for pair in options.items() for part in pair)]


def server_environment() -> dict[str, str]:
    """Return an environment that silences the server and disables its background jobs."""
    return {
        **QUIET,
        "PYTHONWARNINGS": "ignore",
        "PYTHONSAFEPATH": "1",  # a types.py in the folder must not shadow the library's
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        **os.environ,
    }


def serve(folder: Path, *, host: str, port: int) -> int:
    """Serve the runs of an outputs folder until Ctrl-C; return 0 then, and 1 if the server stops by itself.

    Parameters
    ----------
    folder
        Outputs folder.
    host, port
        Address of the server.
    """
    with contextlib.suppress(sqlite3.Error):  # if it is not a database, the server logs the error
        follow_move(database_file(folder))
        if elsewhere := outside(database_file(folder), folder):
            print(_not_served(folder, elsewhere), file=sys.stderr)
            return 1
    tell("starting MLflow's pages")
    log = folder / LOG
    log.unlink(missing_ok=True)  # it may be a link that leaves the folder
    with log.open("w") as output:
        server = subprocess.Popen(
            server_command(folder, host=host, port=port),
            env=server_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # a separate process group, which can be killed at once
        )
    try:
        return _wait(server, f"http://{host}:{port}", log)
    except KeyboardInterrupt:
        return 0
    finally:
        _end(server)


def _not_served(folder: Path, elsewhere: str) -> str:
    place = default_place(folder).public_uri
    return (
        f"{place} says that files of runs are in {elsewhere}, outside {folder}, and the pages would show them; the "
        f"database is a copy, or was made by someone else. If the place is right: mlflow ui --backend-store-uri {place}"
    )


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> int:
    if not _answers(server, url):
        print(f"MLflow's server did not start; its log is {log}.", file=sys.stderr)
        return 1
    print(f"MLflow: {url}  (Ctrl-C stops it)", flush=True)
    server.wait()
    print(f"MLflow's server stopped by itself; its log is {log}.", file=sys.stderr)
    return 1


def _answers(server: subprocess.Popen[bytes], url: str) -> bool:
    ends = time.monotonic() + START_TIMEOUT_S
    while server.poll() is None and time.monotonic() < ends:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=10).close()
            return True
        time.sleep(0.2)
    return False


def _end(server: subprocess.Popen[bytes]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave the server running
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(timeout=10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)  # remaining processes of the group
