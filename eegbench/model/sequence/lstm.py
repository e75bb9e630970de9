"""Long short-term memory along a sequence, unidirectional or bidirectional.

Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735.
"""

from jaxtyping import Bool, Float
from torch import Tensor, nn

from eegbench.config import Dropout, Size
from eegbench.model.sequence.base import SequenceEncoder
from eegbench.model.sequence.layer import RecurrentLayer


class Lstm(SequenceEncoder):
    """An LSTM; absent steps are skipped and have no influence on the others.

    Parameters
    ----------
    in_dim
        Size of an embedding, taken from the encoder.
    hidden_dim
        Number of units per layer and direction.
    n_layers
        Number of stacked layers.
    bidirectional
        Whether a second LSTM reads the sequence backwards; ``out_dim`` is then twice ``hidden_dim``.
    dropout
        Probability of dropping an output of a layer in training.
    """

    def __init__(self, *, in_dim: int, hidden_dim: Size, n_layers: Size, bidirectional: bool, dropout: Dropout) -> None:
        super().__init__()
        self.causal = not bidirectional
        self.out_dim = hidden_dim * (2 if bidirectional else 1)
        sizes = [in_dim, *[self.out_dim] * (n_layers - 1)]
        self.layers = nn.ModuleList(
            RecurrentLayer(nn.LSTM, size, hidden_dim, bidirectional=bidirectional) for size in sizes
        )
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, z: Float[Tensor, "batch length in_dim"], present: Bool[Tensor, "batch length"]
    ) -> Float[Tensor, "batch length out_dim"]:
        """Return a vector for each step; 0 for absent steps."""
        for layer in self.layers:
            z = self.dropout(layer(z, present))
        return z
