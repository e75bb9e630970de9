"""Robustness to the sampling rate: windows are resampled to a lower rate and back, as in eeg-transformer."""

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation.base import SignalAugmentation, uniform
from eegbench.config import Share


class Resample(SignalAugmentation):
    """Resample all channels of a window to a lower rate and back to its own, by the Fourier method.

    The lower rate is drawn uniformly for each window. Frequencies below half of it stay as they are, and those above
    vanish; at least the highest one does. Samples stay at their times.

    Parameters
    ----------
    max_share
        Greatest decrease of the rate, as a share of it.
    """

    def __init__(self, *, max_share: Share) -> None:
        self.max_share = max_share

    def change(
        self,
        x: Float[Tensor, "n n_channels n_times"],
        group: str,  # noqa: ARG002  shares are the same at all rates
        generator: torch.Generator,
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return signals without the highest frequencies."""
        n_freqs = x.shape[2] // 2 + 1
        n_kept = (n_freqs * (1 - uniform(x, 1, 0.0, self.max_share, generator))).ceil().clamp(1, n_freqs - 1)
        is_kept = torch.arange(n_freqs, device=x.device) < n_kept
        kept: Tensor = torch.fft.irfft(torch.fft.rfft(x) * is_kept, n=x.shape[2])
        return kept
