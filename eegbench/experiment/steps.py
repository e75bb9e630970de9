"""The steps of a run: each is recorded, with its seconds and how it ended."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Steps:
    """Records the steps of a run in their order.

    Attributes
    ----------
    records
        A mapping a step, for ``summary.json``: ``step``, ``status`` (``done`` or ``failed``), ``seconds``, and
        ``reason`` where it failed.
    """

    def __init__(self) -> None:
        self.records: list[dict[str, str | float]] = []
        self._failed: list[Exception] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Record a step; where it fails, the error ends the run."""
        began = time.monotonic()
        yield
        self._record(name, began)

    @contextmanager
    def optional_step(self, name: str) -> Iterator[None]:
        """Record a step without which the run is finished all the same; its error is raised by `raise_failed`."""
        began = time.monotonic()
        try:
            yield
        except Exception as error:  # noqa: BLE001  raised by `raise_failed`
            self._failed.append(error)
            self._record(name, began, reason=str(error))
        else:
            self._record(name, began)

    @property
    def has_failed(self) -> bool:
        """Whether an optional step failed."""
        return bool(self._failed)

    def raise_failed(self) -> None:
        """Raise the error of the first step that failed, if one did.

        Raises
        ------
        Exception
            What that step ended with.
        """
        if self._failed:
            raise self._failed[0]

    def _record(self, name: str, began: float, **failure: str) -> None:
        status, seconds = "failed" if failure else "done", round(time.monotonic() - began, 3)
        self.records.append({"step": name, "status": status, "seconds": seconds, **failure})
