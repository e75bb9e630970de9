"""Base class of averaging: the choice of passes whose weights are averaged."""

from abc import ABC, abstractmethod


class Averaging(ABC):
    """Choose the passes whose weights are averaged."""

    @abstractmethod
    def counts(self, number: int) -> bool:
        """Return whether the weights after a pass, counted from 1, are part of the mean."""

    @abstractmethod
    def check(self, max_passes: int) -> None:
        """Raise an error if no pass would be averaged in that number of passes.

        Raises
        ------
        ValueError
            With the name of the option.
        """
