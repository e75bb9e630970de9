"""Base class of steps, which change signals, and possibly their rate and number."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from eegbench.types import EVERY_HZ


class Step(ABC):
    """Base class of steps for the signals of a group.

    Attributes
    ----------
    mixes_channels
        Whether output channels depend on several input channels; other steps may be applied to one channel at a time.
    """

    mixes_channels: ClassVar[bool] = False

    def out_channels(self, channels: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the output channels for input channels of these names.

        Raises
        ------
        ValueError
            If the step does not accept this number of channels.
        """
        return tuple(channels)

    @property
    def passed_hz(self) -> tuple[float, float]:
        """Pass band in Hz: the lowest frequency, and the highest."""
        return EVERY_HZ

    def out_sfreq(self, sfreq: float) -> float:
        """Return the rate in Hz of the output for input at a rate.

        Raises
        ------
        ValueError
            If the step cannot be applied at this rate.
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
            Signals in volts.
        sfreq
            Rate of the signals in Hz.
        """
