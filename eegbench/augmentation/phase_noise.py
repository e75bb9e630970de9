"""Brain activity of the same spectrum: the phases of all frequencies are shifted at random.

Schwabedal et al. 2018, Addressing class imbalance in classification problems of noisy signals by using Fourier
transform surrogates, doi:10.48550/arXiv.1806.08675; compared with others in Rommel et al. 2022, Data augmentation for
learning predictive models on EEG: a systematic comparison, J. Neural Eng. 19, 066020, doi:10.1088/1741-2552/aca220.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation.base import SignalAugmentation
from eegbench.config import Share


class PhaseNoise(SignalAugmentation):
    """Shift the phase of each frequency by a random angle, the same in all channels of a window.

    The power spectrum of each channel and the coherence between channels do not change.

    Parameters
    ----------
    strength
        Largest shift as a fraction of π: 1 removes all information in the original phases.
    """

    def __init__(self, *, strength: Share) -> None:
        self.strength = strength

    def change(
        self,
        x: Float[Tensor, "n n_channels n_times"],
        group: str,  # noqa: ARG002  the same for all groups
        generator: torch.Generator,
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return signals with the same spectra and shifted phases."""
        n_times = x.shape[2]
        turned = 2 * torch.rand(len(x), 1, n_times // 2 + 1, generator=generator, device=x.device) - 1
        turned[:, :, 0] = 0.0  # the mean has no phase
        if n_times % 2 == 0:
            turned[:, :, -1] = 0.0  # nor has the Nyquist frequency
        angle = math.pi * self.strength * turned
        changed: Tensor = torch.fft.irfft(torch.fft.rfft(x) * torch.polar(torch.ones_like(angle), angle), n=n_times)
        return changed
