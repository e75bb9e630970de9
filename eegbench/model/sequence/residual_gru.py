"""GRUs along a sequence with linear shortcuts: the sequence encoder of SimpleSleepNet.

Guillot et al. 2020, Dreem Open Datasets, doi:10.1109/TNSRE.2020.3011181.
"""

from jaxtyping import Bool, Float
from torch import Tensor, nn

from eegbench.config import Dropout, Size
from eegbench.model.sequence.base import SequenceEncoder
from eegbench.model.sequence.layer import RecurrentLayer


class ResidualGru(SequenceEncoder):
    """Stack of layers that each return the mean of a GRU's and a linear layer's output.

    Parameters
    ----------
    in_dim
        Size of an embedding, taken from the encoder.
    hidden_dim
        Number of units of a GRU per direction.
    n_layers
        Number of stacked layers.
    bidirectional
        Whether a second GRU reads the sequence backwards; ``out_dim`` is then twice ``hidden_dim``.
    dropout
        Probability of dropping an output of a layer in training.
    """

    def __init__(self, *, in_dim: int, hidden_dim: Size, n_layers: Size, bidirectional: bool, dropout: Dropout) -> None:
        super().__init__()
        self.causal = not bidirectional
        self.out_dim = hidden_dim * (2 if bidirectional else 1)
        sizes = [in_dim, *[self.out_dim] * (n_layers - 1)]
        self.layers = nn.ModuleList(
            RecurrentLayer(nn.GRU, size, hidden_dim, bidirectional=bidirectional) for size in sizes
        )
        self.beside = nn.ModuleList(nn.Linear(size, self.out_dim) for size in sizes)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, z: Float[Tensor, "batch length in_dim"], present: Bool[Tensor, "batch length"]
    ) -> Float[Tensor, "batch length out_dim"]:
        """Return a vector for each step; 0 for absent steps."""
        for layer, beside in zip(self.layers, self.beside, strict=True):
            z = self.dropout((beside(z) + layer(z, present)) / 2) * present.unsqueeze(2)
        return z
