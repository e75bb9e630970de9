"""Resampling by linear interpolation, as for the published networks of the Dreem Open Datasets."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from eegbench.config import Positive
from eegbench.preprocessing.step.base import Step


@dataclass(frozen=True, kw_only=True)
class LinearResampling(Step):
    """Interpolate between adjacent samples, without a filter; frequencies above half the new rate are aliased.

    Use it only for signals without such frequencies, e.g. after `DreemFilter`. Samples after the last recorded one
    follow the line through the last two.

    Parameters
    ----------
    sfreq
        New rate in Hz.
    """

    sfreq: Positive

    def __post_init__(self) -> None:
        if not self.sfreq > 0:
            raise ValueError(f"the step linear_resampling with sfreq={self.sfreq:g}: expected a rate above 0 Hz.")

    def out_sfreq(self, sfreq: float) -> float:
        """Return the new rate.

        Raises
        ------
        ValueError
            If it is higher than the recorded one.
        """
        if self.sfreq > sfreq:
            raise ValueError(
                f"the step linear_resampling with sfreq={self.sfreq:g}: the signals are at {sfreq:g} Hz, and linear "
                "interpolation adds no information; set a rate that is not higher."
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
