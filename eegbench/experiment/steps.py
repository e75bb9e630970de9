"""Steps of a run, recorded with their duration and outcome."""

import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from eegbench.address import hide_in
from eegbench.progress import tell

DOING: Mapping[str, str] = {
    "evaluation": "evaluating probes and controls",
    "figures": "drawing figures",
    "documents": "writing the report",
    "tracking": "sending the run to the tracker",
}
"""Line in the terminal at the beginning of each step that prints nothing else."""


class FailedStepError(ValueError):
    """An optional step of a finished run failed."""


class Steps:
    """Records of the steps of a run, in order.

    Parameters
    ----------
    are_told
        Whether a line is printed when a step begins.

    Attributes
    ----------
    records
        One mapping per step, for ``summary.json``: ``step``, ``status`` (``done`` or ``failed``), ``seconds``, and
        ``reason`` and ``traceback`` if it failed.
    """

    def __init__(self, *, are_told: bool = False) -> None:
        self.are_told = are_told
        self.records: list[dict[str, str | float]] = []
        self._failed: list[Exception] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Record a step; an error in it ends the run."""
        began = self._begin(name)
        yield
        self._record(name, began)

    @contextmanager
    def optional_step(self, name: str) -> Iterator[None]:
        """Record a step whose failure does not prevent the run from finishing; `raise_failed` raises its error."""
        began = self._begin(name)
        try:
            yield
        except Exception as error:  # noqa: BLE001  raised by `raise_failed`
            hide_in(error)
            self._failed.append(error)
            self._record(name, began, reason=str(error) or type(error).__name__, traceback=_lines(error))
        else:
            self._record(name, began)

    @property
    def failures(self) -> dict[str, str]:
        """Reasons of failed steps, by name of the step."""
        return {str(one["step"]): str(one["reason"]) for one in self.records if one["status"] == "failed"}

    def raise_failed(self) -> None:
        """Raise an error if an optional step failed.

        Raises
        ------
        FailedStepError
            If a step failed; it is raised from the error of the first failed step.
        """
        if self._failed:
            step, reason = next(iter(self.failures.items()))
            raise FailedStepError(f"{step}: {reason}") from self._failed[0]

    def _begin(self, name: str) -> float:
        """Print that a step begins, and return the time."""
        if self.are_told and name in DOING:
            tell(DOING[name])
        return time.monotonic()

    def _record(self, name: str, began: float, **failure: str) -> None:
        status, seconds = "failed" if failure else "done", round(time.monotonic() - began, 3)
        self.records.append({"step": name, "status": status, "seconds": seconds, **failure})


def _lines(error: Exception) -> str:
    return "".join(traceback.format_exception(error))
