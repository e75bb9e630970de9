"""All steps, one after the other."""

from jaxtyping import Float
from torch import Tensor

from eegbench.model.reducer.base import Reducer


class Flatten(Reducer):
    """Writes the steps of each feature one after the other.

    Parameters
    ----------
    dim, n_steps
        Features of a step, and steps; come from the epoch encoder.
    """

    def __init__(self, *, dim: int, n_steps: int) -> None:
        super().__init__()
        self.out_dim = dim * n_steps

    def forward(self, steps: Float[Tensor, "batch dim n_steps"]) -> Float[Tensor, "batch out_dim"]:
        """Return the vector of each window."""
        return steps.flatten(1)
