"""Same activity with the opposite polarity, as if reference and electrode were swapped.

Compared with others in Rommel et al. 2022, J. Neural Eng. 19, 066020, doi:10.1088/1741-2552/aca220.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation.base import SignalAugmentation, uniform
from eegbench.config import Share


class SignFlip(SignalAugmentation):
    """Invert all channels of a window with a given probability.

    Parameters
    ----------
    p
        Probability that a window is inverted.
    """

    def __init__(self, *, p: Share) -> None:
        self.p = p

    def change(
        self,
        x: Float[Tensor, "n n_channels n_times"],
        group: str,  # noqa: ARG002  the same for all groups
        generator: torch.Generator,
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return signals, some of which are inverted."""
        return torch.where(uniform(x, 1, 0.0, 1.0, generator) < self.p, -x, x)
