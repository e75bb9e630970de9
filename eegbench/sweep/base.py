"""Interface between a job and its sweep: a trial takes intermediate values, may be pruned, and ends in one state."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

DIVERGED = "diverged"
"""State of a trial, and of its run in a tracker, whose loss or objective was not finite."""

MESSAGE = "eegbench_message"
"""Attribute of a job's error with the message for the user, set in the process of the job."""


class Pruned(Exception):  # noqa: N818  an outcome, not an error
    """Raised when a trial is pruned, because others were better at the same step.

    Parameters
    ----------
    value
        Last intermediate value, recorded as the value of the trial.
    pass_
        Training pass after which the trial was pruned.
    """

    def __init__(self, value: float, pass_: int) -> None:
        super().__init__(f"pruned after pass {pass_} at {value:.4f}")
        self.value, self.pass_ = value, pass_


class Trial(ABC):
    """One point of a sweep, as seen from its job.

    Attributes
    ----------
    number
        Number of the trial in its study, from 0.
    """

    number: int

    @abstractmethod
    def report(self, value: float, step: int) -> bool:
        """Record an intermediate value of the objective; return whether to prune the trial."""

    @abstractmethod
    def end(self, values: Sequence[float]) -> None:
        """Record the trial as complete, or as failed if a value is not finite."""

    @abstractmethod
    def prune(self) -> None:
        """Record the trial as pruned, with its last intermediate value."""
