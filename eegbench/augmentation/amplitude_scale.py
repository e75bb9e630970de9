"""Same brain activity at another amplitude: each channel is multiplied by a random factor.

Mohsenvand et al. 2020, Contrastive representation learning for electroencephalogram classification,
Proc. Mach. Learn. Res. 136, 238-253 (there from 0.5 to 2).
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation.base import SignalAugmentation, uniform
from eegbench.config import Positive


class AmplitudeScale(SignalAugmentation):
    """Multiply each channel of each window by a random factor whose logarithm is uniformly distributed.

    An encoder that standardises its windows cancels this change.

    Parameters
    ----------
    low, high
        Smallest and largest factor.

    Raises
    ------
    ValueError
        If the factors do not satisfy 0 < low <= high.
    """

    def __init__(self, *, low: Positive, high: Positive) -> None:
        if not 0 < low <= high < math.inf:
            raise ValueError(
                f"low={low:g}, high={high:g}: factors with 0 < low <= high are expected; set low=0.5 high=2."
            )
        self.low, self.high = low, high

    def change(
        self,
        x: Float[Tensor, "n n_channels n_times"],
        group: str,  # noqa: ARG002  the same for all groups
        generator: torch.Generator,
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return signals with scaled amplitudes."""
        return x * uniform(x, x.shape[1], math.log(self.low), math.log(self.high), generator).exp()
