"""Keeps a run in the process beside this one: what nothing waits for costs the run no time."""

from collections.abc import Mapping
from typing import Any

from eegbench import companion
from eegbench.tracking.base import RunFacts, ServedModel, SweepView, TrackedRun, Tracker


class Beside(Tracker):
    """Lets a tracker work beside the run, where there is a process for that.

    Parameters
    ----------
    tracker
        Keeps the run.
    """

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker

    def open(self) -> None:
        """Let the place be opened; what goes wrong, `start` will tell."""
        companion.do(_open, self.tracker)

    def start(self, facts: RunFacts) -> "BesideRun":
        """Begin a run there, and wait for it: nothing long begins before the place has answered."""
        return BesideRun(companion.ask(_start, self.tracker, facts))


class BesideRun(TrackedRun):
    """A run that has begun there.

    Parameters
    ----------
    link
        What to open to see the run.
    """

    def __init__(self, link: str) -> None:
        self._link = link

    @property
    def link(self) -> str:
        """What to open to see the run."""
        return self._link

    def log_pass(self, pass_: int, metrics: Mapping[str, float]) -> None:
        """Keep the metrics of one pass, soon."""
        companion.do(_of_run, "log_pass", pass_, dict(metrics))

    def pages(self, view: SweepView) -> tuple[str, ...]:
        """Return the addresses that show the runs below this one side by side."""
        pages: tuple[str, ...] = companion.ask(_of_run, "pages", view)
        return pages

    def finish(self, *, metrics: Mapping[str, float], model: ServedModel | None, state: str = "complete") -> None:
        """Keep what is left, and wait until it is kept."""
        companion.ask(_of_run, "finish", metrics=dict(metrics), model=model, state=state)

    def fail(self, error: BaseException) -> None:
        """Record why the run ended early."""
        kind = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else RuntimeError  # others might not travel
        companion.forget()
        companion.ask(_of_run, "fail", kind(str(error).strip() or type(error).__name__))


_run: TrackedRun | None = None
"""In the process beside: the run that is being kept."""


def _open(tracker: Tracker) -> None:
    try:
        tracker.open()
    except ValueError:
        return


def _start(tracker: Tracker, facts: RunFacts) -> str:
    global _run
    _run = tracker.start(facts)
    return _run.link


def _of_run(method: str, *args: Any, **kwargs: Any) -> Any:
    return getattr(_run, method)(*args, **kwargs)
