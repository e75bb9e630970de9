"""Linear layers on features, as in Guillot et al. 2020, doi:10.1109/TNSRE.2020.3011181."""

from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Dropout, Size
from eegbench.model.feature_encoder.base import FeatureEncoder


class FullyConnected(FeatureEncoder):
    """Repeated dropout, linear layer and ReLU; without layers the features are unchanged.

    Parameters
    ----------
    dim
        Number of features of a window, taken from the preprocessing.
    layers
        Size of each layer.
    dropout
        Probability of dropping an input of a layer in training.
    """

    def __init__(self, *, dim: int, layers: tuple[Size, ...], dropout: Dropout) -> None:
        super().__init__()
        sizes = (dim, *layers)
        parts = [(nn.Dropout(dropout), nn.Linear(before, after), nn.ReLU()) for before, after in pairwise(sizes)]
        self.layers = nn.Sequential(*(layer for part in parts for layer in part))
        self.out_dim = sizes[-1]

    def forward(self, features: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch out_dim"]:
        """Return the output of the last layer."""
        out: Tensor = self.layers(features)
        return out
