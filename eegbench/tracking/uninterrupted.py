"""Delay of Ctrl-C until a write to the database is complete; an interrupted write leaves the database locked."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU, signal.SIGUSR1, signal.SIGQUIT)
"""Signals that interrupt a run: Ctrl-C, ``kill``, a terminal that closes, the end of the time limit and SLURM's
warning of it (``--signal=USR1@120``), and Ctrl-\\."""


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back interrupts during the block, and raise them after it."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread receives interrupts
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for one in dict.fromkeys(came):
            signal.raise_signal(one)
