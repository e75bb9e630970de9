"""Causal filters as second-order sections."""

from abc import abstractmethod

import numpy as np
from jaxtyping import Float
from scipy.signal import sosfilt

from eegbench.preprocessing.step.base import Step


class CausalFilter(Step):
    """A causal filter with zero initial state; the delay differs between frequencies."""

    @property
    @abstractmethod
    def highest_hz(self) -> float:
        """Highest frequency in Hz in the design of the filter."""

    @abstractmethod
    def sections(self, sfreq: float) -> Float[np.ndarray, "n_sections 6"]:
        """Return the second-order sections of the filter at a rate in Hz."""

    def out_sfreq(self, sfreq: float) -> float:
        """Return the rate, which does not change.

        Raises
        ------
        ValueError
            If a frequency of the filter is not below half the rate.
        """
        if sfreq <= 2 * self.highest_hz:
            name = type(self).__module__.rpartition(".")[2]
            raise ValueError(
                f"the step {name} needs signals at more than {2 * self.highest_hz:g} Hz, but these have {sfreq:g} Hz; "
                "put it before the step that resamples, or leave it out."
            )
        return sfreq

    def __call__(
        self, signal: Float[np.ndarray, "n_channels n_samples"], sfreq: float
    ) -> Float[np.ndarray, "n_channels n_samples"]:
        """Return the filtered signals."""
        return np.asarray(sosfilt(self.sections(sfreq), signal, axis=1))
