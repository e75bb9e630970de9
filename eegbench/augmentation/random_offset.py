"""Same activity on another baseline: a constant is added to each channel, as in the published eeg-transformer."""

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation.base import SignalAugmentation, uniform
from eegbench.config import NotNegative


class RandomOffset(SignalAugmentation):
    """Add a constant to each channel of each window, drawn uniformly.

    Parameters
    ----------
    max_share
        Largest constant, as a fraction of the channel's standard deviation in that window.
    """

    def __init__(self, *, max_share: NotNegative) -> None:
        self.max_share = max_share

    def change(
        self,
        x: Float[Tensor, "n n_channels n_times"],
        group: str,  # noqa: ARG002  the same for all groups
        generator: torch.Generator,
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return signals with other means."""
        share = uniform(x, x.shape[1], -self.max_share, self.max_share, generator)
        return x + share * x.std(2, correction=0, keepdim=True)
