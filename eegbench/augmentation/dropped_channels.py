"""Choice of channels that are 0 throughout an example, for augmentations that drop channels."""

from collections.abc import Callable
from dataclasses import replace

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from eegbench.store.windows import Views

DrawMask = Callable[[int, int, torch.device], Tensor]
"""Function from a number of stretches, a number of channels and a device to the mask of dropped channels."""


def without_channels(views: Views, draw: DrawMask) -> Views:
    """Return a batch with dropped channels set to 0, the same in all windows of an example.

    Consecutive examples that share windows, as neighbouring sequences do, form a stretch and lose the same channels, so
    that a shared window is encoded once.

    Parameters
    ----------
    views
        A batch; its tensors are not modified.
    draw
        Function that draws the channels to drop, as a mask (n_stretches, n_channels).
    """
    windows = views.windows
    if not len(windows):
        return views
    stretch = _stretch_of(views.index, len(windows))
    n_stretches = int(stretch.max()) + 1
    x = {}
    for name, signals in windows.x.items():
        dropped = draw(n_stretches, signals.shape[1], signals.device)
        x[name] = signals.masked_fill(dropped[stretch].unsqueeze(2), 0.0)
    return replace(views, windows=replace(windows, x=x))


def draw_channels(
    n: int, n_channels: int, bounds: tuple[int, int], p: float, *, generator: torch.Generator, device: torch.device
) -> Bool[Tensor, "n n_channels"]:
    """Draw channels to drop.

    Parameters
    ----------
    n, n_channels
        Number of stretches and of channels.
    bounds
        Fewest and most channels that are dropped, drawn uniformly.
    p
        Probability that a stretch loses channels.
    generator
        The only source of randomness.
    device
        Device of the generator.
    """
    least, most = bounds
    place = torch.rand(n, n_channels, generator=generator, device=device).argsort(dim=1).argsort(dim=1)
    how_many = torch.randint(least, most + 1, (n, 1), generator=generator, device=device)
    happens = torch.rand(n, 1, generator=generator, device=device) < p
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
