"""Clipping of values, and division by the larger limit."""

from jaxtyping import Float
from torch import Tensor

from eegbench.model.normaliser.base import Normaliser


class ClipAndScale(Normaliser):
    """Clip values, and scale them to the range -1 … 1.

    Parameters
    ----------
    shape
        Shape of a window, taken from the signals.
    low, high
        Limits, in µV if this is the first normaliser.
    """

    def __init__(self, *, shape: tuple[int, ...], low: float, high: float) -> None:
        super().__init__()
        if not low < high:
            raise ValueError(f"low={low:g} and high={high:g}: low must be below high.")
        self.out_shape, self.low, self.high = shape, low, high

    def forward(self, x: Float[Tensor, "batch n_channels *rest"]) -> Float[Tensor, "batch n_channels *rest"]:
        """Return the clipped values divided by the larger absolute limit."""
        return x.clamp(self.low, self.high) / max(abs(self.low), abs(self.high))
