"""Amplitude spectrum of a window."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from eegbench.config import Text
from eegbench.preprocessing.feature.of_signals import SignalFeature
from eegbench.types import Group


@dataclass(frozen=True, kw_only=True)
class Fft(SignalFeature):
    """Magnitude of the Fourier transform of each channel, one channel after the other.

    Parameters
    ----------
    group
        The group of signals.
    """

    group: Text

    def dim(self, group: Group | None) -> int:
        """Return the number of channels times frequencies."""
        form = self.form(group)
        return form.n_channels * (form.n_times // 2 + 1)

    def compute(
        self,
        start_s: Float[np.ndarray, "n"],
        x_uv: Float[np.ndarray, "n n_channels n_times"],
        group: Group | None,  # noqa: ARG002  the signals have its shape
    ) -> Float[np.ndarray, "n dim"]:
        """Return the magnitudes of windows."""
        return np.abs(np.fft.rfft(x_uv, axis=2)).reshape(len(start_s), -1)
