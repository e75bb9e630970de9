"""Clipping of values to a symmetric range."""

from jaxtyping import Float
from torch import Tensor

from eegbench.config import Positive
from eegbench.model.normaliser.base import Normaliser


class Clip(Normaliser):
    """Clip values to the range from -limit to limit.

    Parameters
    ----------
    shape
        Shape of a window, taken from the signals.
    limit
        Maximum absolute value, in µV if this is the first normaliser.
    """

    def __init__(self, *, shape: tuple[int, ...], limit: Positive) -> None:
        super().__init__()
        self.out_shape, self.limit = shape, limit

    def forward(self, x: Float[Tensor, "batch n_channels *rest"]) -> Float[Tensor, "batch n_channels *rest"]:
        """Return values between ``-limit`` and ``limit``."""
        return x.clamp(-self.limit, self.limit)
