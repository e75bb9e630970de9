"""Same activity, a little slower: a part of a window is stretched to its length.

Cropping and resizing of images: Chen et al. 2020, A simple framework for contrastive learning of visual
representations, doi:10.48550/arXiv.2002.05709.
"""

from typing import Annotated

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation.base import SignalAugmentation, uniform
from eegbench.config import Range


class CropResize(SignalAugmentation):
    """Crop all channels of a window to the same part, and stretch it to the window's length by linear interpolation.

    The share of the part and its place are drawn uniformly for each window. Frequencies are multiplied by the share,
    so that a rhythm may leave its band if the part is short; amplitudes stay within those of the part.

    Parameters
    ----------
    min_share
        Smallest part, as a share of the window.
    """

    def __init__(self, *, min_share: Annotated[float, Range(low=0, high=1, above=True)]) -> None:
        self.min_share = min_share

    def change(
        self,
        x: Float[Tensor, "n n_channels n_times"],
        group: str,  # noqa: ARG002  shares are the same at all rates
        generator: torch.Generator,
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return stretched parts."""
        last = x.shape[2] - 1
        length = last * uniform(x, 1, self.min_share, 1.0, generator)
        start = (last - length) * uniform(x, 1, 0.0, 1.0, generator)
        place = (start + length * torch.linspace(0, 1, last + 1, device=x.device)).clamp(0, last)
        before = place.floor().clamp_max(max(0, last - 1))
        weight = place - before
        index = before.long().expand_as(x)
        return torch.lerp(x.gather(2, index), x.gather(2, (index + 1).clamp_max(last)), weight.expand_as(x))
