"""What a job and its sweep agree on: a trial takes intermediate values, may be given up, and ends in one state."""

from abc import ABC, abstractmethod
from collections.abc import Sequence


class Pruned(Exception):  # noqa: N818  an outcome, not an error
    """A trial is given up: at the same step, others were better.

    Parameters
    ----------
    value
        The last intermediate value, which stands for the trial.
    pass_
        The training pass after which it was given up.
    """

    def __init__(self, value: float, pass_: int) -> None:
        super().__init__(f"given up after pass {pass_} at {value:.4f}")
        self.value, self.pass_ = value, pass_


class Trial(ABC):
    """One point of a sweep, seen from the job that tries it.

    Attributes
    ----------
    number
        The trial's number in its study, counted from 0.
    """

    number: int

    @abstractmethod
    def report(self, value: float, step: int) -> bool:
        """Keep an intermediate value of the objective; return whether the trial is to be given up."""

    @abstractmethod
    def end(self, values: Sequence[float]) -> None:
        """Record the trial as complete, or as failed where a value is not finite."""

    @abstractmethod
    def prune(self) -> None:
        """Record the trial as given up, with its last intermediate value."""
