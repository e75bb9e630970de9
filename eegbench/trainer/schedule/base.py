"""What a schedule promises: a factor on the learning rate, as a pure function of the step."""

from abc import ABC, abstractmethod


class Schedule(ABC):
    """A factor a step."""

    @abstractmethod
    def factor(self, step: int, n_steps: int) -> float:
        """Return the factor for a step, counted from 0, of so many in all."""
