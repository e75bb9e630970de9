"""Robustness to missing electrodes: some channels are 0 throughout an example.

Guillot et al. 2020, Dreem Open Datasets, doi:10.1109/TNSRE.2020.3011181.
"""

import torch
from torch import Tensor

from eegbench.augmentation.base import Augmentation
from eegbench.augmentation.dropped_channels import draw_channels, without_channels
from eegbench.config import Share
from eegbench.store.windows import Views


class ChannelDrop(Augmentation):
    """Set some channels to 0, the same ones in all windows of an example, such as the sleep epochs of a sequence.

    With probability ``p``, a number of channels from 1 to all is drawn and that many are dropped, separately in each
    group of signals. Consecutive examples that share windows, as neighbouring sequences do, lose the same channels, so
    that a shared window is encoded once. The paper draws for each sequence; to do the same, set ``sampler.block=1`` and
    ``sampler.every`` to the length of a sequence.

    Parameters
    ----------
    p
        Probability that an example loses channels.
    """

    def __init__(self, *, p: Share) -> None:
        self.p = p

    def __call__(self, views: Views, generator: torch.Generator) -> Views:
        """Return the batch with dropped channels set to 0."""

        def draw(n: int, n_channels: int, device: torch.device) -> Tensor:
            return draw_channels(n, n_channels, (1, n_channels), self.p, generator=generator, device=device)

        return without_channels(views, draw)
