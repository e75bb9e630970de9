"""A causal Bessel band pass, for slow rhythms such as heartbeat and breathing."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.signal import bessel

from eegbench.config import Positive
from eegbench.preprocessing.step.causal import CausalFilter


@dataclass(frozen=True, kw_only=True)
class BesselBand(CausalFilter):
    """A Bessel band pass of order 2; Guillot et al. 2020 use 0.6 to 3 Hz for heartbeat, 0.1 to 0.5 Hz for breathing.

    Parameters
    ----------
    low_hz, high_hz
        Edges of the band in Hz.
    """

    low_hz: Positive
    high_hz: Positive

    def __post_init__(self) -> None:
        if not 0 < self.low_hz < self.high_hz:
            raise ValueError(
                f"the step bessel_band with low_hz={self.low_hz:g}, high_hz={self.high_hz:g}: expected a band above "
                "0 Hz."
            )

    @property
    def highest_hz(self) -> float:
        """Upper edge of the band."""
        return self.high_hz

    @property
    def passed_hz(self) -> tuple[float, float]:
        """Edges of the band in Hz."""
        return self.low_hz, self.high_hz

    def sections(self, sfreq: float) -> Float[np.ndarray, "n_sections 6"]:
        """Return the second-order sections of the filter at a rate in Hz."""
        return np.asarray(bessel(2, (self.low_hz, self.high_hz), "bandpass", fs=sfreq, output="sos"))
