"""Base class of features: numbers for each window, from its position in the recording or from its signals."""

from abc import ABC, abstractmethod

import numpy as np
from jaxtyping import Float

from eegbench.types import Group


class Feature(ABC):
    """Base class of features of windows.

    Attributes
    ----------
    group
        Group of signals that it is computed from; None if it does not depend on signals. For padding around a
        recording, features without a group have the value of the nearest window, and features of signals are 0.
    """

    group: str | None

    @abstractmethod
    def dim(self, group: Group | None) -> int:
        """Return the number of values per window.

        Raises
        ------
        ValueError
            If the feature cannot be computed for windows of this form.
        """

    @abstractmethod
    def compute(
        self, start_s: Float[np.ndarray, "n"], x_uv: Float[np.ndarray, "n n_channels n_times"], group: Group | None
    ) -> Float[np.ndarray, "n dim"]:
        """Return the values for windows.

        Parameters
        ----------
        start_s
            Start of each window, in seconds from the first sample of its recording.
        x_uv
            Signals of the group in µV; without channels if the feature has no group.
        group
            Form of the signals.
        """
