"""Values beyond a limit are set to it."""

from jaxtyping import Float
from torch import Tensor

from eegbench.model.normaliser.base import Normaliser


class Clip(Normaliser):
    """Limits the size of values.

    Parameters
    ----------
    shape
        Shape of a window; comes from the signals.
    limit
        The largest size of a value, in µV where it comes first.
    """

    def __init__(self, *, shape: tuple[int, ...], limit: float) -> None:
        super().__init__()
        if not limit > 0:
            raise ValueError(f"limit={limit:g}: a positive number is expected.")
        self.out_shape, self.limit = shape, limit

    def forward(self, x: Float[Tensor, "batch n_channels *rest"]) -> Float[Tensor, "batch n_channels *rest"]:
        """Return values between ``-limit`` and ``limit``."""
        return x.clamp(-self.limit, self.limit)
