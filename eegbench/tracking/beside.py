"""Keeps a run in the process beside this one: what nothing waits for costs the run no time."""

from collections.abc import Mapping

from eegbench import companion
from eegbench.tracking.base import RunFacts, ServedModel, SweepView, TrackedRun, Tracker


class Beside:
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


class BesideRun:
    """A run that has begun there.

    Parameters
    ----------
    link
        What to open to see the run.
    """

    def __init__(self, link: str) -> None:
        self.link = link

    def log_pass(self, pass_: int, metrics: Mapping[str, float]) -> None:
        """Keep the metrics of one pass, soon."""
        companion.do(_log_pass, pass_, dict(metrics))

    def pages(self, view: SweepView) -> tuple[str, ...]:
        """Return the addresses that show the runs below this one side by side."""
        return companion.ask(_pages, view)

    def finish(self, *, metrics: Mapping[str, float], model: ServedModel | None, state: str = "complete") -> None:
        """Keep what is left, and wait until it is kept."""
        companion.ask(_finish, dict(metrics), model, state)

    def fail(self, error: BaseException) -> None:
        """Record why the run ended early."""
        kind = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else RuntimeError  # others might not travel
        companion.forget()
        companion.ask(_fail, kind(str(error).strip() or type(error).__name__))


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


def _here() -> TrackedRun:
    assert _run is not None
    return _run


def _log_pass(pass_: int, metrics: Mapping[str, float]) -> None:
    _here().log_pass(pass_, metrics)


def _pages(view: SweepView) -> tuple[str, ...]:
    return _here().pages(view)


def _finish(metrics: Mapping[str, float], model: ServedModel | None, state: str) -> None:
    _here().finish(metrics=metrics, model=model, state=state)


def _fail(error: BaseException) -> None:
    _here().fail(error)
