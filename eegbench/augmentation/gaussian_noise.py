"""Same brain activity with more noise: white noise is added to each channel.

Mohsenvand et al. 2020, Contrastive representation learning for electroencephalogram classification,
Proc. Mach. Learn. Res. 136, 238-253 (there up to 0.2 of a channel's standard deviation).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation.base import SignalAugmentation, uniform
from eegbench.config import NotNegative


class GaussianNoise(SignalAugmentation):
    """Add Gaussian noise with a level drawn uniformly for each window.

    Parameters
    ----------
    max_share
        Largest standard deviation of the noise, as a fraction of the channel's own in that window.
    upstream_compat
        Add noise as eeg-transformer published it. Its standard deviation is ``max_share`` times that of all samples of
        the batch, the same in all channels and windows. With several processes, each takes the deviation of its share
        of the batch.
    """

    def __init__(self, *, max_share: NotNegative, upstream_compat: bool) -> None:
        self.max_share, self.upstream_compat = max_share, upstream_compat

    def change(
        self,
        x: Float[Tensor, "n n_channels n_times"],
        group: str,  # noqa: ARG002  the same for all groups
        generator: torch.Generator,
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return signals with added noise."""
        if self.upstream_compat:
            level = self.max_share * x.std()
            return x + level * torch.randn(x.shape, generator=generator, device=x.device)
        level = uniform(x, 1, 0.0, self.max_share, generator) * x.std(2, correction=0, keepdim=True)
        return x + level * torch.randn(x.shape, generator=generator, device=x.device)
