"""What a schedule promises: a factor on the learning rate, as a pure function of the step."""

from abc import ABC, abstractmethod


class Schedule(ABC):
    """A factor a step."""

    @abstractmethod
    def factor(self, step: int, *, steps_of_pass: int, max_passes: int) -> float:
        """Return the factor for a step.

        Parameters
        ----------
        step
            Counted from 0 over all passes.
        steps_of_pass
            Steps in a pass.
        max_passes
            Passes at most: training may stop before.
        """
