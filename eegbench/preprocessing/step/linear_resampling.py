"""Another sampling rate by linear interpolation, as the Dreem Open Datasets were published with."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from eegbench.preprocessing.step.base import Step


@dataclass(frozen=True, kw_only=True)
class LinearResampling(Step):
    """Interpolates between neighbouring samples, without a filter: what lies above half the new rate is folded down.

    It is only right for signals without such frequencies, as `DreemFilter` leaves them. Samples after the last
    recorded one follow the line through the last two.

    Parameters
    ----------
    sfreq
        The new rate in Hz.
    """

    sfreq: float

    def __post_init__(self) -> None:
        if not self.sfreq > 0:
            raise ValueError(f"the step linear_resampling with sfreq={self.sfreq:g}: a rate above 0 Hz is expected.")

    def out_sfreq(self, sfreq: float) -> float:
        """Return the new rate.

        Raises
        ------
        ValueError
            Where it is higher than the recorded one.
        """
        if self.sfreq > sfreq:
            raise ValueError(
                f"the step linear_resampling with sfreq={self.sfreq:g}: the signals have {sfreq:g} Hz, and a line "
                "between samples adds nothing; set a rate that is not higher."
            )
        return self.sfreq

    def __call__(
        self, signal: Float[np.ndarray, "n_channels n_samples"], sfreq: float
    ) -> Float[np.ndarray, "n_channels n_out"]:
        """Return the signals at the new rate."""
        n = signal.shape[1]
        at = np.arange(round(n / sfreq * self.sfreq)) * (sfreq / self.sfreq)
        before = np.clip(np.floor(at).astype(np.int64), 0, max(n - 2, 0))
        after = np.minimum(before + 1, n - 1)
        share = at - before
        return np.asarray(signal[:, before] * (1 - share) + signal[:, after] * share)
