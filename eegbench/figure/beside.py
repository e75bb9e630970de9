"""Draw figures in a process of their own, beside the work that they tell of."""

import importlib
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any

from joblib.externals.loky.process_executor import BrokenProcessPool
from matplotlib.figure import Figure

from eegbench.figure.style import save
from eegbench.progress import n_cores, processes

MOST_PROCESSES = 4


class Easel:
    """Draws and saves figures while the caller goes on, where there is a core to spare; leaving it waits for them.

    A run draws for several seconds, and nothing that it computes needs a figure. With one core all is drawn at once.
    """

    def __init__(self) -> None:
        self._begun: list[tuple[Future[None], tuple[Any, ...]]] = []

    def add(self, path: Path, formats: tuple[str, ...], draw: Callable[..., Figure], *args: Any, **kwargs: Any) -> None:
        """Draw a figure and save it under a path without suffix.

        Parameters
        ----------
        path
            Folder and stem of the files.
        formats
            As `eegbench.figure.save` takes them.
        draw
            A function of this package; it and its arguments must be picklable.
        """
        work = (path, formats, draw, args, kwargs)
        if executor := _executor():
            self._begun.append((executor.submit(_draw, *work), work))
        else:
            _draw(*work)

    def __enter__(self) -> "Easel":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for future, work in self._begun:
            if kind is not None:
                future.cancel()
                continue
            try:
                future.result()
            except BrokenProcessPool:  # the process was killed, for its memory perhaps
                _draw(*work)


def prepare() -> None:
    """Start the processes that will draw, and let them load what they need while the caller does the same."""
    if executor := _executor():
        for _ in range(_n_processes()):
            executor.submit(importlib.import_module, "eegbench.figure")


def _executor() -> Any:
    return processes(_n_processes()) if _n_processes() > 1 else None


def _n_processes() -> int:
    return min(n_cores(), MOST_PROCESSES)


def _draw(
    path: Path, formats: tuple[str, ...], draw: Callable[..., Figure], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    save(draw(*args, **kwargs), path.parent, path.name, formats=formats)
