"""Values are limited, then divided by the larger limit."""

from jaxtyping import Float
from torch import Tensor

from eegbench.model.normaliser.base import Normaliser


class ClipAndScale(Normaliser):
    """Limits values, and scales them to -1 … 1.

    Parameters
    ----------
    shape
        Shape of a window; comes from the signals.
    low, high
        The limits, in µV where it comes first.
    """

    def __init__(self, *, shape: tuple[int, ...], low: float, high: float) -> None:
        super().__init__()
        if not low < high:
            raise ValueError(f"low={low:g} and high={high:g}: low is to be below high.")
        self.out_shape, self.low, self.high = shape, low, high

    def forward(self, x: Float[Tensor, "batch n_channels *rest"]) -> Float[Tensor, "batch n_channels *rest"]:
        """Return the limited values over the larger of the two limits."""
        return x.clamp(self.low, self.high) / max(abs(self.low), abs(self.high))
