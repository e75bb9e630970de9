"""Progress bars, and work spread over processes that answers to Ctrl-C."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")
R = TypeVar("R")

console = Console(stderr=True)
"""Where progress goes; results go to standard output."""

IDLE_S = 600
"""How long processes wait for more work before they end."""

_limit: int | None = None


@contextmanager
def bar(description: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show a progress bar on standard error; the value yielded advances it by one, with a note."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    several = multiprocessing.parent_process() is not None  # a worker's bar would write over its neighbours'
    with Progress(*columns, console=console, disable=several or not sys.stderr.isatty()) as progress:
        task = progress.add_task(description, total=total, note="")
        yield lambda note: progress.update(task, advance=1, note=note)


def parallel(
    work: Callable[[T], R], items: Sequence[T], *, description: str, n_workers: int
) -> Iterator[tuple[T, R | Exception]]:
    """Do the same work on many items in processes of their own, yielding each as it ends.

    Parameters
    ----------
    work
        A function of a module's top level; it runs in a fresh process.
    items
        What to work on.
    description
        Stands before the progress bar.
    n_workers
        Processes; with 1 the work is done here.

    Yields
    ------
    item, result
        An item with its result, or with the exception that the work raised. Exceptions are handed over, not
        raised, so that one bad item does not lose the others.
    """
    with bar(description, len(items)) as advance:
        results = _here(work, items) if n_workers == 1 or len(items) < 2 else _pooled(work, items, n_workers)
        for item, result in results:
            advance("")
            yield item, result


def n_cores() -> int:
    """Count the cores this process may use."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(there, _limit or there)


def limit_cores(n: int | None) -> None:
    """Let this process count at most `n` cores as its own; None takes the limit away."""
    global _limit
    _limit = n


def _here(work: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[T, R | Exception]]:
    for item in items:
        try:
            yield item, work(item)
        except Exception as error:  # noqa: BLE001  handed to the caller, who decides
            yield item, error


def _pooled(work: Callable[[T], R], items: Sequence[T], n_workers: int) -> Iterator[tuple[T, R | Exception]]:
    executor = processes(n_workers)
    futures: dict[Future[R], T] = {executor.submit(work, item): item for item in items}
    pending = set(futures)
    try:
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                error = future.exception()
                if error is not None and not isinstance(error, Exception):
                    raise error
                yield futures[future], error if isinstance(error, Exception) else future.result()
    finally:
        for future in pending:
            future.cancel()
        wait(pending)


def processes(n: int) -> Any:
    """Return an executor of this many processes, which stay for a while for whoever asks next.

    They are started afresh: a fork of a process whose torch threads hold locks can hang.
    """
    from joblib.externals.loky import get_reusable_executor  # here, as only work that is shared needs it

    return get_reusable_executor(n, timeout=IDLE_S, initializer=_settle)


def _settle() -> None:
    """Let the parent alone answer to Ctrl-C, and end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    """Wait until the process that this one works for is gone, and end: nobody would take its results."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
