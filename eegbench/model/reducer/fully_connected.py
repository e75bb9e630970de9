"""All steps, one after the other, through linear layers."""

from jaxtyping import Float
from torch import Tensor

from eegbench.model.feature_encoder import fully_connected
from eegbench.model.reducer.base import Reducer


class FullyConnected(Reducer):
    """Writes the steps of each feature one after the other, and passes them through linear layers with ReLU.

    Parameters
    ----------
    dim, n_steps
        Features of a step, and steps; come from the epoch encoder.
    layers
        Size of each layer.
    dropout
        Share of the numbers left out in training, before each layer.

    Raises
    ------
    ValueError
        Where a size makes no sense.
    """

    def __init__(self, *, dim: int, n_steps: int, layers: tuple[int, ...], dropout: float) -> None:
        super().__init__()
        fully_connected.check_layers("reducer", layers, dropout)
        self.linear = fully_connected.FullyConnected(dim=dim * n_steps, layers=layers, dropout=dropout)
        self.out_dim = self.linear.out_dim

    def forward(self, steps: Float[Tensor, "batch dim n_steps"]) -> Float[Tensor, "batch out_dim"]:
        """Return what the last layer makes of all steps."""
        out: Tensor = self.linear(steps.flatten(1))
        return out
