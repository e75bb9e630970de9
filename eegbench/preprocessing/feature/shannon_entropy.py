"""Entropy of the amplitude of a window over time."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import entropy

from eegbench.config import Text
from eegbench.preprocessing.feature.of_signals import SignalFeature
from eegbench.types import Group


@dataclass(frozen=True, kw_only=True)
class ShannonEntropy(SignalFeature):
    """Entropy (nats) of |x| of each channel, divided by its sum; 0 for a channel that is 0 throughout.

    Parameters
    ----------
    group
        The group of signals.
    """

    group: Text

    def dim(self, group: Group | None) -> int:
        """Return the number of channels."""
        return self.form(group).n_channels

    def compute(
        self,
        start_s: Float[np.ndarray, "n"],  # noqa: ARG002  only the signals count
        x_uv: Float[np.ndarray, "n n_channels n_times"],
        group: Group | None,  # noqa: ARG002
    ) -> Float[np.ndarray, "n n_channels"]:
        """Return the entropy of windows."""
        amplitude = np.abs(x_uv)
        is_flat = amplitude.sum(axis=2) == 0
        amplitude[is_flat] = 1.0  # gives a finite entropy, which is replaced below
        return np.where(is_flat, 0.0, entropy(amplitude, axis=2))
