"""Lets a write to the database end before Ctrl-C is answered: one that is cut in two keeps the database locked."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU, signal.SIGUSR1, signal.SIGQUIT)
"""What interrupts a run: Ctrl-C, a polite kill, a terminal that closes, the end of the time and SLURM's warning of it
(``--signal=USR1@120``), and Ctrl-\\."""


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Keep interrupts back for as long as the block lasts, then let them come."""
    if threading.current_thread() is not threading.main_thread():  # interrupts come to the main thread alone
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
