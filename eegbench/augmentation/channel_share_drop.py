"""Robustness to missing electrodes: a share of the channels is 0 in an example, as in the published eeg-transformer."""

import math

import torch
from torch import Tensor

from eegbench.augmentation.base import Augmentation
from eegbench.augmentation.dropped_channels import draw_channels, without_channels
from eegbench.config import Share
from eegbench.store.windows import Views

ROUNDING = 1e-9
"""Difference from a whole number of channels that is taken for rounding."""


class ChannelShareDrop(Augmentation):
    """Set a share of the channels to 0, the same ones in all windows of an example.

    With probability ``p``, the number of dropped channels is drawn uniformly between the shares, rounded inwards but at
    least 1 and at most all but one, separately in each group of signals. A group of one channel keeps it. Consecutive
    examples that share windows lose the same channels, as with `eegbench.augmentation.channel_drop.ChannelDrop`.

    Parameters
    ----------
    p
        Probability that an example loses channels.
    min_share, max_share
        Smallest and greatest share of the channels.

    Raises
    ------
    ValueError
        If the smallest share is above the greatest.
    """

    def __init__(self, *, p: Share, min_share: Share, max_share: Share) -> None:
        if min_share > max_share:
            raise ValueError(
                f"min_share={min_share:g}, max_share={max_share:g}: the smallest share of dropped channels is above "
                "the greatest; exchange them."
            )
        self.p, self.min_share, self.max_share = p, min_share, max_share

    def __call__(self, views: Views, generator: torch.Generator) -> Views:
        """Return the batch with dropped channels set to 0."""

        def draw(n: int, n_channels: int, device: torch.device) -> Tensor:
            most = min(max(1, math.floor(self.max_share * n_channels + ROUNDING)), n_channels - 1)
            least = min(max(1, math.ceil(self.min_share * n_channels - ROUNDING)), most)
            return draw_channels(n, n_channels, (least, most), self.p, generator=generator, device=device)

        return without_channels(views, draw)
