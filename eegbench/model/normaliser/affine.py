"""A gain and an offset, the same for every channel."""

from jaxtyping import Float
from torch import Tensor

from eegbench.model.normaliser.base import Normaliser


class Affine(Normaliser):
    """Multiply by a gain, then add an offset.

    Parameters
    ----------
    shape
        Shape of a window, taken from the signals.
    gain
        Factor.
    offset
        Summand.
    """

    def __init__(self, *, shape: tuple[int, ...], gain: float, offset: float) -> None:
        super().__init__()
        self.out_shape, self.gain, self.offset = shape, gain, offset

    def forward(self, x: Float[Tensor, "batch n_channels *rest"]) -> Float[Tensor, "batch n_channels *rest"]:
        """Return ``gain · x + offset``."""
        return self.gain * x + self.offset
