"""The contract of averaging: which passes are part of the mean of the weights."""

from abc import ABC, abstractmethod


class Averaging(ABC):
    """Chooses the passes whose weights are averaged."""

    @abstractmethod
    def counts(self, number: int) -> bool:
        """Return whether the weights after a pass, counted from 1, are part of the mean."""

    @abstractmethod
    def check(self, max_passes: int) -> None:
        """Refuse options that average nothing in so many passes.

        Raises
        ------
        ValueError
            Naming the option.
        """
