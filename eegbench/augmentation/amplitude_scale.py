"""Is it the same brain activity at another amplitude? Each channel is multiplied by a random factor.

Mohsenvand et al. 2020, Contrastive representation learning for electroencephalogram classification,
Proc. Mach. Learn. Res. 136, 238-253 (there from 0.5 to 2).
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation.base import SignalAugmentation, uniform


class AmplitudeScale(SignalAugmentation):
    """Multiply each channel of each window by a factor; its logarithm is uniform.

    An encoder that standardises each window itself undoes it.

    Parameters
    ----------
    low, high
        Least and greatest factor.

    Raises
    ------
    ValueError
        Where these are no factors in order.
    """

    def __init__(self, *, low: float, high: float) -> None:
        if not 0 < low <= high < math.inf:
            raise ValueError(
                f"low={low:g}, high={high:g}: factors with 0 < low <= high are expected; set low=0.5 high=2."
            )
        self.low, self.high = low, high

    def change(
        self,
        x: Float[Tensor, "n n_channels n_times"],
        group: str,  # noqa: ARG002  all groups alike
        generator: torch.Generator,
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return scaled signals."""
        return x * uniform(x, x.shape[1], math.log(self.low), math.log(self.high), generator).exp()
