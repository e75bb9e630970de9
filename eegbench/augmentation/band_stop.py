"""Same brain activity without one of its rhythms: a band of frequencies is removed.

Mohsenvand et al. 2020, Contrastive representation learning for electroencephalogram classification,
Proc. Mach. Learn. Res. 136, 238-253 (there 5 Hz wide); Cheng et al. 2020, Subject-aware contrastive learning for
biosignals, doi:10.48550/arXiv.2007.04871.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation.base import SignalAugmentation, uniform
from eegbench.config import NotNegative, Positive
from eegbench.types import Form


class BandStop(SignalAugmentation):
    """Remove a band of fixed width from all channels of a window; its centre is drawn uniformly for each window.

    Parameters
    ----------
    form
        Form of the windows, taken from the store.
    width_hz
        Width of the band in Hz.
    low_hz, high_hz
        Lowest and highest centre in Hz; both are limited to the Nyquist frequency of each group.

    Raises
    ------
    ValueError
        If the width is not positive, or the centres do not satisfy 0 <= low_hz <= high_hz.
    """

    def __init__(self, *, form: Form, width_hz: Positive, low_hz: NotNegative, high_hz: Positive) -> None:
        if width_hz <= 0 or not 0 <= low_hz <= high_hz:
            raise ValueError(
                f"width_hz={width_hz:g}, low_hz={low_hz:g}, high_hz={high_hz:g}: a width above 0 and "
                "0 <= low_hz <= high_hz are expected; set e.g. width_hz=5 low_hz=2.5 high_hz=30."
            )
        self.sfreq = {name: group.sfreq for name, group in form.groups.items()}
        self.width_hz, self.low_hz, self.high_hz = width_hz, low_hz, high_hz

    def change(
        self, x: Float[Tensor, "n n_channels n_times"], group: str, generator: torch.Generator
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return signals without the band."""
        sfreq = self.sfreq[group]
        centre = uniform(x, 1, min(self.low_hz, sfreq / 2), min(self.high_hz, sfreq / 2), generator)
        frequencies = torch.fft.rfftfreq(x.shape[2], 1 / sfreq, device=x.device)
        is_kept = (frequencies - centre).abs() > self.width_hz / 2
        kept: Tensor = torch.fft.irfft(torch.fft.rfft(x) * is_kept, n=x.shape[2])
        return kept
