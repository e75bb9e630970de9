"""A process beside this one does what nothing waits for: it draws figures and keeps records, in the order of asking.

What follows training takes one core, and so does loading libraries at the beginning: the other has time. Without
such a process everything is done here, at once.
"""

import atexit
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

GONE = (
    "the process that draws figures and keeps records was ended from outside (is the memory used up?); resume the run, "
    "or start it with companion=false."
)

INTERRUPTS = (signal.SIGINT, signal.SIGTERM)

_pool: ProcessPoolExecutor | None = None
_asked: list[Future[object]] = []
_shared: list[tuple[Future[object], Callable[[], object]]] = []

WORTH = 3
"""Shared things left to be done from which on this process, when it has nothing else to do, takes some itself."""


def begin() -> None:
    """Start the process, unless it is there."""
    global _pool
    if _pool is None:
        # spawn: a fork of a process whose torch threads hold locks can hang
        pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_settle_down)
        before = signal.pthread_sigmask(
            signal.SIG_BLOCK, INTERRUPTS
        )  # the process takes this over from its first moment
        try:
            pool.submit(os.getpid)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        _pool = pool


def end(*, waits: bool = False) -> None:
    """Let the process end, and perhaps wait for it; what it was asked for and has not begun, it leaves."""
    global _pool
    if _pool is not None:
        _pool.shutdown(wait=waits, cancel_futures=True)
        _pool = None
        _asked.clear()
        _shared.clear()


def is_there() -> bool:
    """Say whether there is such a process."""
    return _pool is not None


def do(function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Have something done, in its turn; what goes wrong is raised by a later call.

    Parameters
    ----------
    function
        A function of a module's top level.
    *args, **kwargs
        For the function; they travel as pickles between processes of this program.

    Raises
    ------
    Exception
        What something asked for earlier ended with.
    ChildProcessError
        Where the process is gone.
    """
    if _pool is None:
        function(*args, **kwargs)
        return
    while _asked and _asked[0].done():
        _result(_asked.pop(0))
    _asked.append(_submit(_pool, function, *args, **kwargs))


def share(function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Have something done by whichever process comes to it first: there in its turn, or here when `settle` waits.

    Raises
    ------
    Exception
        As `do`.
    """
    do(function, *args, **kwargs)
    if _pool is not None:
        _shared.append((_asked[-1], partial(function, *args, **kwargs)))


def ask(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Have something done and wait for what it returns.

    Raises
    ------
    Exception
        What it ended with, or something asked for earlier.
    """
    if _pool is None:
        return function(*args, **kwargs)
    settle()
    return _result(_submit(_pool, function, *args, **kwargs))


def settle() -> None:
    """Wait until everything is done, and do the last of what is shared meanwhile.

    Raises
    ------
    Exception
        What something asked for ended with.
    """
    waiting = [(future, call) for future, call in _shared if not (future.running() or future.done())]
    _shared.clear()
    if len(waiting) >= WORTH:
        while waiting and waiting[-1][0].cancel():
            future, call = waiting.pop()
            _asked.remove(future)
            call()
    while _asked:
        _result(_asked.pop(0))


def forget() -> None:
    """Care no more for what was asked for: something else has gone wrong first."""
    for future in _asked:
        future.cancel()
    _asked.clear()
    _shared.clear()


def end_with_parent(status: int) -> None:
    """End this process, from a thread, when the one that started it is gone: nobody would take what it makes."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(status)

    threading.Thread(target=watch, daemon=True).start()


def _submit(pool: ProcessPoolExecutor, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    try:
        return pool.submit(_marked, function, *args, **kwargs)  # type: ignore[arg-type]
    except BrokenProcessPool as error:
        raise ChildProcessError(GONE) from error


def _result(future: Future[T]) -> T:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise ChildProcessError(GONE) from error


def _settle_down() -> None:
    for number in INTERRUPTS:  # the run answers, and says what is to be recorded
        signal.signal(number, signal.SIG_IGN)
    end_with_parent(1)
    atexit.register(_leave)


def _leave() -> None:
    """End at once: to take libraries apart in order takes time, for nobody."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _marked(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function; an error takes along where it was raised, as its traceback does not travel."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        error.__dict__["raised_in"] = traceback.extract_tb(error.__traceback__)[-1]
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:  # noqa: BLE001  whatever it is that cannot travel
            raise RuntimeError("".join(traceback.format_exception(error))) from None
        raise
