"""What a step promises: signals of one rate become others, perhaps at another rate."""

from abc import ABC, abstractmethod

import numpy as np
from jaxtyping import Float


class Step(ABC):
    """Changes the signals of a group, each channel by itself."""

    def out_sfreq(self, sfreq: float) -> float:
        """Return the rate in Hz of what comes out of signals at a rate.

        Raises
        ------
        ValueError
            Where the step cannot be done at this rate.
        """
        return sfreq

    @abstractmethod
    def __call__(
        self, signal: Float[np.ndarray, "n_channels n_samples"], sfreq: float
    ) -> Float[np.ndarray, "n_channels n_out"]:
        """Return the changed signals.

        Parameters
        ----------
        signal
            In volts.
        sfreq
            Their rate in Hz.
        """
