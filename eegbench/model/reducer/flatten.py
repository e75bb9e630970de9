"""Concatenation of all steps."""

from jaxtyping import Float
from torch import Tensor

from eegbench.model.reducer.base import Reducer


class Flatten(Reducer):
    """Concatenate the steps of each feature.

    Parameters
    ----------
    dim, n_steps
        Number of features per step, and number of steps, taken from the epoch encoder.
    """

    def __init__(self, *, dim: int, n_steps: int) -> None:
        super().__init__()
        self.out_dim = dim * n_steps

    def forward(self, steps: Float[Tensor, "batch dim n_steps"]) -> Float[Tensor, "batch out_dim"]:
        """Return the vector of each window."""
        return steps.flatten(1)
