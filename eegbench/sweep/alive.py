"""Who works on a study, and is it still there? Each process says so twice a minute in the study itself."""

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

BEAT_S = 30.0
SILENCE_S = 150.0
"""A process of another machine that has not been heard of for so long is taken for dead."""

PREFIX = "alive:"


def my_id() -> str:
    """Name this process so that no later one has the same name."""
    process = psutil.Process()
    return f"{_machine()} {process.pid} {process.create_time():.2f}"


def is_alive(worker: str | None, beats: Mapping[str, Any]) -> bool:
    """Whether a worker is there: a process of this machine is looked up, others must have been heard of lately."""
    if worker is None:
        return False
    machine, pid, started = worker.rsplit(" ", 2)
    if machine == _machine():
        try:
            return abs(psutil.Process(int(pid)).create_time() - float(started)) < 0.05
        except psutil.Error:
            return False
    return time.time() - float(beats.get(f"{PREFIX}{worker}", 0.0)) < SILENCE_S


@contextmanager
def beating(study: "Study") -> Iterator[str]:
    """Say regularly that this process works on a study, until the block ends; yields its name."""
    worker, done = my_id(), threading.Event()

    def beat() -> None:
        while not done.wait(BEAT_S):
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
    """Name the machine, and the container on it where process numbers are a container's own."""
    space = Path("/proc/self/ns/pid")
    return f"{socket.gethostname()}/{space.readlink() if space.is_symlink() else ''}"
