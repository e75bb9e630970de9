"""Progress bars, and work distributed over processes that Ctrl-C can stop."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

T = TypeVar("T")
R = TypeVar("R")

console = Console(stderr=True)
"""Console for progress, on standard error; results go to standard output."""

PLAIN_EVERY_S = 30.0
"""Seconds between two lines about the work in progress if standard error is not a terminal."""

_limit: int | None = None


def tell(text: str) -> None:
    """Print a line about the work in progress on standard error."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def bar(description: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show a progress bar on standard error; calling the yielded function advances it by one and sets a note.

    If standard error is not a terminal, a line is printed every `PLAIN_EVERY_S` instead.
    """
    columns = (MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.fields[note]}"))
    with _shown(description, total, columns, "") as advance:
        yield lambda note: advance(1, note)


@contextmanager
def byte_bar(description: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show the progress of a download on standard error, as `bar`; the yielded function takes a number of bytes."""
    with _shown(description, total, (DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()), " bytes") as add:
        yield lambda n_bytes: add(n_bytes, "")


@contextmanager
def _shown(
    description: str, total: int | None, columns: Sequence[ProgressColumn], unit: str
) -> Iterator[Callable[[int, str], None]]:
    if multiprocessing.parent_process() is not None:  # bars of workers would overwrite each other
        yield lambda *_: None
    elif not _can_draw():
        yield _lines(description, total, unit)
    else:
        with Progress(TextColumn("{task.description}"), BarColumn(), *columns, console=console) as progress:
            task = progress.add_task(description, total=total, note="")
            yield lambda n, note: progress.update(task, advance=n, note=note)


def _lines(description: str, total: int | None, unit: str) -> Callable[[int, str], None]:
    """Return a function that counts, and prints a line every `PLAIN_EVERY_S`."""
    done, last = 0, time.monotonic()

    def advance(n: int, note: str) -> None:
        nonlocal done, last
        done += n
        if time.monotonic() - last >= PLAIN_EVERY_S:
            last = time.monotonic()
            of_all = "" if total is None else f" of {total:,}"
            tell(f"{description}: {done:,}{of_all}{unit}{f' ({note})' if note else ''}")

    return advance


def _can_draw() -> bool:
    """Return whether a bar can be redrawn: on a terminal, and in Jupyter with ipywidgets, which rich needs."""
    return sys.stderr.isatty() or (console.is_jupyter and find_spec("ipywidgets") is not None)


def parallel(
    work: Callable[[T], R], items: Sequence[T], *, description: str, n_workers: int
) -> Iterator[tuple[T, R | Exception]]:
    """Apply a function to many items in worker processes, and yield each result when it is ready.

    Parameters
    ----------
    work
        A function defined at the top level of a module; it runs in a fresh process.
    items
        Arguments of the function, one per call.
    description
        Text in front of the progress bar.
    n_workers
        Number of processes; with 1 the work is done in this process.

    Yields
    ------
    item, result
        An item with its result, or with the exception that the function raised. Exceptions are returned, not raised,
        so that one failing item does not discard the others.
    """
    with bar(description, len(items)) as advance:
        results = _here(work, items) if n_workers == 1 or len(items) < 2 else _pooled(work, items, n_workers)
        for item, result in results:
            advance("")
            yield item, result


def n_cores() -> int:
    """Return the number of cores this process may use."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(there, _limit or there)


def limit_cores(n: int | None) -> None:
    """Limit the number of cores that `n_cores` returns; None removes the limit."""
    global _limit
    _limit = n


def _here(work: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[T, R | Exception]]:
    for item in items:
        try:
            yield item, work(item)
        except Exception as error:  # noqa: BLE001  returned to the caller, who decides
            yield item, error


def _pooled(work: Callable[[T], R], items: Sequence[T], n_workers: int) -> Iterator[tuple[T, R | Exception]]:
    # spawn: forking a process whose torch threads hold locks can hang
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(n_workers, len(items)), mp_context=context, initializer=_leave_interrupts)
    try:
        futures: dict[Future[R], T] = {pool.submit(work, item): item for item in items}
        pending = set(futures)
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                error = future.exception()
                if error is not None and not isinstance(error, Exception):
                    raise error
                yield futures[future], error if isinstance(error, Exception) else future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts() -> None:
    """Ignore Ctrl-C in a worker; the parent process handles it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
