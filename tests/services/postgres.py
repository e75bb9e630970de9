"""A PostgreSQL of a test's own: a fresh cluster in a temporary folder, on a free port of this machine only."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
MISSING = None if INSTALLED else "PostgreSQL is not installed: tests/services/install.sh (Debian's postgresql)"


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Start a cluster, yield the address of its database for Optuna, and stop it whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="postgres"))
    try:
        as_user = _unprivileged(folder)
        data, port = folder / "data", _free_port()
        _run(as_user, "initdb", "-D", data, "-U", "eegbench", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        _run(as_user, "pg_ctl", "start", "-w", "-D", data, "-l", folder / "log", "-o", options)
        try:
            yield f"postgresql+psycopg://eegbench@127.0.0.1:{port}/postgres"
        finally:
            _run(as_user, "pg_ctl", "stop", "-w", "-D", data, "-m", "immediate")
    finally:
        shutil.rmtree(folder)


def _unprivileged(folder: Path) -> list[str]:
    """Return the words that make a command another user's, to whom the folder then belongs: none runs as root."""
    if os.geteuid() != 0:
        return []
    names = {user.pw_name for user in pwd.getpwall()}
    name = "postgres" if "postgres" in names else "nobody"
    user = pwd.getpwnam(name)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _run(as_user: list[str], program: str, *words: object) -> None:
    command = [*as_user, str(INSTALLED[-1] / program), *map(str, words)]
    done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}")
