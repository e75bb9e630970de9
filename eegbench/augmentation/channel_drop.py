"""Robustness to missing electrodes: some channels are 0 throughout an example.

Guillot et al. 2020, Dreem Open Datasets, doi:10.1109/TNSRE.2020.3011181.
"""

from dataclasses import replace

import torch
from jaxtyping import Int
from torch import Tensor

from eegbench.augmentation.base import Augmentation
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
        windows = views.windows
        if not len(windows):
            return views
        stretch = _stretch_of(views.index, len(windows))
        n_stretches = int(stretch.max()) + 1
        x = {}
        for name, signals in windows.x.items():
            dropped = self._drawn(n_stretches, signals.shape[1], generator, signals.device)
            x[name] = signals.masked_fill(dropped[stretch].unsqueeze(2), 0.0)
        return replace(views, windows=replace(windows, x=x))

    def _drawn(self, n: int, n_channels: int, generator: torch.Generator, device: torch.device) -> Tensor:
        """Draw the channels to drop, as a mask (n, n_channels)."""
        place = torch.rand(n, n_channels, generator=generator, device=device).argsort(dim=1).argsort(dim=1)
        how_many = torch.randint(1, n_channels + 1, (n, 1), generator=generator, device=device)
        happens = torch.rand(n, 1, generator=generator, device=device) < self.p
        dropped: Tensor = (place < how_many) & happens
        return dropped


def _stretch_of(index: Int[Tensor, "batch n_views"], n_windows: int) -> Int[Tensor, "n_windows"]:
    """Return the number of each window's stretch: consecutive examples that share windows form one stretch."""
    before, after = index[:-1].unsqueeze(2), index[1:].unsqueeze(1)
    goes_on = ((before == after) & (before >= 0)).flatten(1).any(dim=1)
    number = torch.cat([goes_on.new_zeros(1, dtype=torch.long), (~goes_on).cumsum(0)])
    stretch = index.new_zeros(n_windows, dtype=torch.long)
    present = index >= 0
    stretch[index[present].long()] = number.unsqueeze(1).expand_as(index)[present]
    return stretch
