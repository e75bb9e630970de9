"""What a schedule promises: a factor on the learning rate, as a pure function of the step."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Schedule(Protocol):
    """A factor a step."""

    def factor(self, step: int, n_steps: int) -> float:
        """Return the factor for a step, counted from 0, of so many in all."""
        ...
