"""Robustness to lost contact: short stretches of some channels are 0, as in the published eeg-transformer."""

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation.base import SignalAugmentation, uniform
from eegbench.config import NotNegative, Share
from eegbench.types import Form


class TemporalDropout(SignalAugmentation):
    """Set a stretch of some channels of each window to 0; each channel has its own.

    Parameters
    ----------
    form
        Form of the windows, taken from the store.
    p
        Probability that a channel loses a stretch.
    max_s
        Longest stretch in seconds; its length is drawn uniformly, and its place too.
    """

    def __init__(self, *, form: Form, p: Share, max_s: NotNegative) -> None:
        self.sfreq = {name: group.sfreq for name, group in form.groups.items()}
        self.p, self.max_s = p, max_s

    def change(
        self,
        x: Float[Tensor, "n n_channels n_times"],
        group: str,
        generator: torch.Generator,
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return signals with stretches of 0."""
        n_times, n_channels = x.shape[2], x.shape[1]
        most = min(n_times, round(self.max_s * self.sfreq[group]))
        length = uniform(x, n_channels, 0.0, most + 1.0, generator).floor().clamp_max(most)
        start = (uniform(x, n_channels, 0.0, 1.0, generator) * (n_times - length + 1)).floor()
        time = torch.arange(n_times, device=x.device)
        happens = uniform(x, n_channels, 0.0, 1.0, generator) < self.p
        return x.masked_fill(happens & (time >= start) & (time < start + length), 0.0)
