"""Concatenation of all steps, followed by linear layers."""

from jaxtyping import Float
from torch import Tensor

from eegbench.config import Dropout, Size
from eegbench.model.feature_encoder import fully_connected
from eegbench.model.reducer.base import Reducer


class FullyConnected(Reducer):
    """Concatenate the steps of each feature, and apply linear layers with ReLU.

    Parameters
    ----------
    dim, n_steps
        Number of features per step, and number of steps, taken from the epoch encoder.
    layers
        Size of each layer.
    dropout
        Probability of dropping an input of a layer in training.
    """

    def __init__(self, *, dim: int, n_steps: int, layers: tuple[Size, ...], dropout: Dropout) -> None:
        super().__init__()
        self.linear = fully_connected.FullyConnected(dim=dim * n_steps, layers=layers, dropout=dropout)
        self.out_dim = self.linear.out_dim

    def forward(self, steps: Float[Tensor, "batch dim n_steps"]) -> Float[Tensor, "batch out_dim"]:
        """Return the output of the last layer."""
        out: Tensor = self.linear(steps.flatten(1))
        return out
