"""What a step promises: signals become others, perhaps at another rate, perhaps fewer."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import Float


class Step(ABC):
    """Changes the signals of a group.

    Attributes
    ----------
    mixes_channels
        Whether it makes channels of several others; one that does not may be given the channels one at a time.
    """

    mixes_channels: ClassVar[bool] = False

    def out_channels(self, channels: Sequence[str]) -> tuple[str, ...]:
        """Return the names of what comes out of channels of these names.

        Raises
        ------
        ValueError
            Where the step does not suit so many channels.
        """
        return tuple(channels)

    @property
    def passed_hz(self) -> tuple[float, float]:
        """Pass band in Hz: the lowest frequency, and the highest."""
        return 0.0, math.inf

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
