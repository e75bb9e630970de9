"""Base class of schedules: a factor on the learning rate, as a pure function of the step."""

from abc import ABC, abstractmethod


class Schedule(ABC):
    """A factor for each step."""

    @abstractmethod
    def factor(self, step: int, *, steps_of_pass: int, max_passes: int) -> float:
        """Return the factor for a step.

        Parameters
        ----------
        step
            Number of the step, from 0 over all passes.
        steps_of_pass
            Number of steps in a pass.
        max_passes
            Maximum number of passes; training may stop earlier.
        """

    def shortfall(self, n_steps: int) -> str | None:  # noqa: ARG002  for schedules that can fall short
        """Return a note where training ended before the schedule did what it is for; None otherwise.

        Parameters
        ----------
        n_steps
            Steps of the whole training.
        """
        return None
