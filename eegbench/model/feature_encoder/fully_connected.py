"""Linear layers on features, as in Guillot et al. 2020, doi:10.1109/TNSRE.2020.3011181."""

from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn

from eegbench.model.feature_encoder.base import FeatureEncoder


def check_layers(group: str, layers: tuple[int, ...], dropout: float) -> None:
    """Raise an error for invalid sizes of linear layers, with the group of options that they belong to."""
    if min(layers, default=1) < 1 or not 0 <= dropout < 1:
        raise ValueError(
            f"model/{group}=fully_connected: layers={list(layers)}, dropout={dropout:g}: sizes of at least 1 and a "
            "share from 0 up to but not including 1 are expected."
        )


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

    Raises
    ------
    ValueError
        If a size or probability is out of range.
    """

    def __init__(self, *, dim: int, layers: tuple[int, ...], dropout: float) -> None:
        super().__init__()
        check_layers("feature_encoder", layers, dropout)
        sizes = (dim, *layers)
        parts = [(nn.Dropout(dropout), nn.Linear(before, after), nn.ReLU()) for before, after in pairwise(sizes)]
        self.layers = nn.Sequential(*(layer for part in parts for layer in part))
        self.out_dim = sizes[-1]

    def forward(self, features: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch out_dim"]:
        """Return the output of the last layer."""
        out: Tensor = self.layers(features)
        return out
