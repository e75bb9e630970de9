"""Filters that run forward in time, as second-order sections."""

from abc import abstractmethod

import numpy as np
from jaxtyping import Float
from scipy.signal import sosfilt

from eegbench.preprocessing.step.base import Step


class CausalFilter(Step):
    """Runs forward, from rest: a sample depends on those before it, and each frequency is delayed by its own time."""

    @property
    @abstractmethod
    def highest_hz(self) -> float:
        """The highest frequency in Hz that the design names."""

    @abstractmethod
    def sections(self, sfreq: float) -> Float[np.ndarray, "n_sections 6"]:
        """Return the filter at a rate in Hz."""

    def out_sfreq(self, sfreq: float) -> float:
        """Return the rate, which stays.

        Raises
        ------
        ValueError
            Where a frequency of the filter is not below half the rate.
        """
        if sfreq <= 2 * self.highest_hz:
            name = type(self).__module__.rpartition(".")[2]
            raise ValueError(
                f"the step {name} needs signals at more than {2 * self.highest_hz:g} Hz, and these have {sfreq:g} Hz; "
                "put it before the step that resamples, or leave it out."
            )
        return sfreq

    def __call__(
        self, signal: Float[np.ndarray, "n_channels n_samples"], sfreq: float
    ) -> Float[np.ndarray, "n_channels n_samples"]:
        """Return the filtered signals."""
        return np.asarray(sosfilt(self.sections(sfreq), signal, axis=1))
