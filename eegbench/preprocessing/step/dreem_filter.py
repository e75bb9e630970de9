"""The filter of the published networks for the Dreem Open Datasets."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.signal import bessel, butter

from eegbench.preprocessing.step.causal import CausalFilter


@dataclass(frozen=True, kw_only=True)
class DreemFilter(CausalFilter):
    """A band pass from 0.4 to 18 Hz without 50 and 60 Hz: four causal filters with a total order of 18.

    A Butterworth band pass of order 2 from 0.4 to 18 Hz, Butterworth band stops of order 3 from 58 to 62 and from 48 to
    52 Hz, and a Bessel band stop of order 1 from 62 to 63 Hz; Guillot et al. 2020, doi:10.1109/TNSRE.2020.3011181.
    The upper edge of 18 Hz removes most of an EMG and all of the beta band.
    """

    @property
    def highest_hz(self) -> float:
        """Upper edge of the last band stop."""
        return 63.0

    @property
    def passed_hz(self) -> tuple[float, float]:
        """Edges of the band pass in Hz."""
        return 0.4, 18.0

    def sections(self, sfreq: float) -> Float[np.ndarray, "n_sections 6"]:
        """Return the second-order sections of the filter at a rate in Hz."""
        return np.concatenate(
            [
                butter(2, (0.4, 18.0), "bandpass", fs=sfreq, output="sos"),
                butter(3, (58.0, 62.0), "bandstop", fs=sfreq, output="sos"),
                butter(3, (48.0, 52.0), "bandstop", fs=sfreq, output="sos"),
                bessel(1, (62.0, 63.0), "bandstop", fs=sfreq, output="sos"),
            ]
        )
