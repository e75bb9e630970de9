"""LSTMs along a sequence with one linear layer beside them all: the sequence encoder of DeepSleepNet.

Supratak et al. 2017, DeepSleepNet, doi:10.1109/TNSRE.2017.2721116.
"""

from jaxtyping import Bool, Float
from torch import Tensor, nn

from eegbench.model.sequence.base import SequenceEncoder
from eegbench.model.sequence.layer import RecurrentLayer
from eegbench.model.sequence.order import check_share, check_sizes


class ResidualLstm(SequenceEncoder):
    """The sum of the last LSTM's output and of a linear layer's.

    Parameters
    ----------
    in_dim
        Size of an embedding; comes from the encoder.
    hidden_dim
        Units of an LSTM in one direction.
    n_layers
        LSTMs on top of each other.
    bidirectional
        Whether LSTMs read the sequence from its end too; ``out_dim`` then is twice ``hidden_dim``.
    dropout
        Share dropped in training: of the embeddings, of the last LSTM's output, and of the sum.

    Raises
    ------
    ValueError
        Where a size is below 1, or ``dropout`` is no share.
    """

    def __init__(self, *, in_dim: int, hidden_dim: int, n_layers: int, bidirectional: bool, dropout: float) -> None:
        super().__init__()
        check_sizes(hidden_dim=hidden_dim, n_layers=n_layers)
        check_share(dropout)
        self.causal = not bidirectional
        self.out_dim = hidden_dim * (2 if bidirectional else 1)
        sizes = [in_dim, *[self.out_dim] * (n_layers - 1)]
        self.layers = nn.ModuleList(
            RecurrentLayer(nn.LSTM, size, hidden_dim, bidirectional=bidirectional) for size in sizes
        )
        self.beside = nn.Linear(in_dim, self.out_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, z: Float[Tensor, "batch length in_dim"], present: Bool[Tensor, "batch length"]
    ) -> Float[Tensor, "batch length out_dim"]:
        """Return a vector for each step; 0 where a step is absent."""
        z = self.dropout(z)
        out = z
        for layer in self.layers:
            out = layer(out, present)
        return self.dropout(self.beside(z) + self.dropout(out)) * present.unsqueeze(2)
