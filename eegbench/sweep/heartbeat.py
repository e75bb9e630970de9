"""Detection of dead workers of a study: each process records a heartbeat in the study twice a minute."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from optuna import Study

HEARTBEAT_S = 30.0
DEAD_AFTER_S = 150.0
"""Seconds without a heartbeat after which a process of another machine is considered dead."""

PREFIX = "alive:"


def my_id() -> str:
    """Return an identifier of this process that no later process can have."""
    process = psutil.Process()
    return f"{_machine()} {process.pid} {process.create_time():.2f}"


def is_alive(worker: str | None, beats: Mapping[str, Any]) -> bool:
    """Return whether a worker is alive: by its process on this machine, by its last heartbeat on others."""
    if worker is None:
        return False
    machine, pid, started = worker.rsplit(" ", 2)
    if machine == _machine():
        try:
            return abs(psutil.Process(int(pid)).create_time() - float(started)) < 0.05
        except psutil.Error:
            return False
    return time.time() - float(beats.get(f"{PREFIX}{worker}", 0.0)) < DEAD_AFTER_S


@contextmanager
def beating(study: "Study") -> Iterator[str]:
    """Record heartbeats of this process in a study during the block; yields the identifier of this process."""
    worker, done = my_id(), threading.Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT_S):
            study.set_user_attr(f"{PREFIX}{worker}", time.time())

    study.set_user_attr(f"{PREFIX}{worker}", time.time())
    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield worker
    finally:
        done.set()
        thread.join()
        study.set_user_attr(f"{PREFIX}{worker}", 0.0)


def _machine() -> str:
    """Return the host name and, inside a container with its own process numbers, the container's namespace."""
    space = Path("/proc/self/ns/pid")
    return f"{socket.gethostname()}/{space.readlink() if space.is_symlink() else ''}"
