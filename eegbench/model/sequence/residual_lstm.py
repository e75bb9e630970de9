"""LSTMs along a sequence with one linear shortcut over all layers: the sequence encoder of DeepSleepNet.

Supratak et al. 2017, DeepSleepNet, doi:10.1109/TNSRE.2017.2721116.
"""

from jaxtyping import Bool, Float
from torch import Tensor, nn

from eegbench.config import Dropout, Size
from eegbench.model.sequence.base import SequenceEncoder
from eegbench.model.sequence.layer import RecurrentLayer


class ResidualLstm(SequenceEncoder):
    """Sum of the last LSTM's output and a linear layer's.

    Parameters
    ----------
    in_dim
        Size of an embedding, taken from the encoder.
    hidden_dim
        Number of units of an LSTM per direction.
    n_layers
        Number of stacked LSTMs.
    bidirectional
        Whether LSTMs also read the sequence backwards; ``out_dim`` is then twice ``hidden_dim``.
    dropout
        Dropout probability in training, for the embeddings, the last LSTM's output, and the sum.
    """

    def __init__(self, *, in_dim: int, hidden_dim: Size, n_layers: Size, bidirectional: bool, dropout: Dropout) -> None:
        super().__init__()
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
        """Return a vector for each step; 0 for absent steps."""
        z = self.dropout(z)
        out = z
        for layer in self.layers:
            out = layer(out, present)
        return self.dropout(self.beside(z) + self.dropout(out)) * present.unsqueeze(2)
