"""Prefetch items from disk in a thread while earlier ones are used."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

DEPTH = 2
"""Number of results computed in advance, which bounds the memory they take."""


def prefetch(make: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield ``make(item)`` for each item in order, computed in a thread; its errors are raised here."""
    thread = ThreadPoolExecutor(1)
    begun: deque[Future[R]] = deque()
    try:
        for item in items:
            begun.append(thread.submit(make, item))
            if len(begun) > DEPTH:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        thread.shutdown(cancel_futures=True)
