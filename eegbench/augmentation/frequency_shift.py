"""Same activity at slightly higher or lower frequencies.

Rommel et al. 2022, Data augmentation for learning predictive models on EEG: a systematic comparison, J. Neural Eng. 19,
066020, doi:10.1088/1741-2552/aca220.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation.base import SignalAugmentation, uniform
from eegbench.config import NotNegative
from eegbench.types import Form


class FrequencyShift(SignalAugmentation):
    """Shift the spectrum of all channels of a window by the same number of hertz, drawn uniformly.

    The analytic signal is multiplied by a complex exponential. What would fall below 0 Hz or above the Nyquist
    frequency is reflected there.

    Parameters
    ----------
    form
        Form of the windows, taken from the store.
    max_hz
        Largest shift in Hz, in either direction.
    """

    def __init__(self, *, form: Form, max_hz: NotNegative) -> None:
        self.sfreq = {name: group.sfreq for name, group in form.groups.items()}
        self.max_hz = max_hz

    def change(
        self,
        x: Float[Tensor, "n n_channels n_times"],
        group: str,
        generator: torch.Generator,
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return signals with shifted spectra."""
        n_times = x.shape[2]
        turns = torch.arange(n_times, device=x.device) / self.sfreq[group]
        angle = 2 * math.pi * uniform(x, 1, -self.max_hz, self.max_hz, generator) * turns
        spectrum = torch.fft.fft(x)
        frequency = torch.fft.fftfreq(n_times, device=x.device)
        weight = 1.0 + frequency.sign()  # 1 at 0 Hz, 2 at positive frequencies, 0 at negative ones
        if n_times % 2 == 0:
            weight[n_times // 2] = 1.0
        return (torch.fft.ifft(spectrum * weight) * torch.polar(torch.ones_like(angle), angle)).real
