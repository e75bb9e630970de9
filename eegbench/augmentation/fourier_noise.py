"""Same activity with a noisy spectrum: noise is added to Fourier coefficients, as in the published eeg-transformer."""

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation.base import SignalAugmentation
from eegbench.config import NotNegative


class FourierNoise(SignalAugmentation):
    """Multiply each Fourier coefficient of each channel by 1 plus a complex Gaussian number.

    Parameters
    ----------
    share
        Standard deviation of the noise, as a fraction of the amplitude of each coefficient.
    """

    def __init__(self, *, share: NotNegative) -> None:
        self.share = share

    def change(
        self,
        x: Float[Tensor, "n n_channels n_times"],
        group: str,  # noqa: ARG002  the same for all groups
        generator: torch.Generator,
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return signals with noisy spectra."""
        spectrum = torch.fft.rfft(x)
        noise = torch.randn(*spectrum.shape, 2, generator=generator, device=x.device) * (self.share / 2**0.5)
        changed: Tensor = torch.fft.irfft(spectrum * (1 + torch.view_as_complex(noise)), n=x.shape[2])
        return changed
