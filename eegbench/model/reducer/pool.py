"""Mean or maximum of each feature over all steps."""

from typing import Literal

from jaxtyping import Float
from torch import Tensor

from eegbench.model.reducer.base import Reducer


class Pool(Reducer):
    """Pool each feature over the steps.

    Parameters
    ----------
    dim
        Number of features per step, taken from the epoch encoder.
    kind
        ``average`` or ``max``.
    """

    def __init__(self, *, dim: int, kind: Literal["average", "max"]) -> None:
        super().__init__()
        self.out_dim, self.kind = dim, kind

    def forward(self, steps: Float[Tensor, "batch dim n_steps"]) -> Float[Tensor, "batch dim"]:
        """Return the pooled features."""
        return steps.mean(dim=2) if self.kind == "average" else steps.amax(dim=2)
