"""What a feature promises: some numbers for each window, from its place in the recording or from its signals."""

from abc import ABC, abstractmethod

import numpy as np
from jaxtyping import Float

from eegbench.types import Group


class Feature(ABC):
    """Makes numbers of windows.

    Attributes
    ----------
    group
        The group of signals that it looks at; None where it looks at none. Padding around a recording has the value of
        the window next to it where there is no group, else 0.
    """

    group: str | None

    @abstractmethod
    def dim(self, group: Group | None) -> int:
        """Return how many numbers a window has.

        Raises
        ------
        ValueError
            Where the feature cannot be made of windows of this form.
        """

    @abstractmethod
    def compute(
        self, start_s: Float[np.ndarray, "n"], x_uv: Float[np.ndarray, "n n_channels n_times"], group: Group | None
    ) -> Float[np.ndarray, "n dim"]:
        """Return the numbers of windows.

        Parameters
        ----------
        start_s
            Where each begins, in seconds from the first sample of its recording.
        x_uv
            Signals of the group in µV; without channels where there is no group.
        group
            The form of the signals.
        """
