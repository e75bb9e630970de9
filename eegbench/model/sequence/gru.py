"""Gated recurrent units along a sequence, unidirectional or bidirectional.

Cho et al. 2014, Learning phrase representations using RNN encoder-decoder, doi:10.3115/v1/D14-1179.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from eegbench.config import Dropout, Size
from eegbench.model.sequence.base import SequenceEncoder
from eegbench.model.sequence.order import in_order, present_first, turned


class Gru(SequenceEncoder):
    """A GRU; absent steps are skipped and have no influence on the others.

    Parameters
    ----------
    in_dim
        Size of an embedding, taken from the encoder.
    hidden_dim
        Number of units per layer and direction.
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
        self.onward = nn.ModuleList(nn.GRU(size, hidden_dim, batch_first=True) for size in sizes)
        back = sizes if bidirectional else []
        self.backward_in_time = nn.ModuleList(nn.GRU(size, hidden_dim, batch_first=True) for size in back)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, z: Float[Tensor, "batch length in_dim"], present: Bool[Tensor, "batch length"]
    ) -> Float[Tensor, "batch length out_dim"]:
        """Return a vector for each step; 0 for absent steps."""
        order = present_first(present)
        back = turned(present)
        out = in_order(z, order)
        for number, layer in enumerate(self.onward):
            directions = [layer(out)[0]]
            if len(self.backward_in_time):
                directions.append(in_order(self.backward_in_time[number](in_order(out, back))[0], back))
            out = self.dropout(torch.cat(directions, dim=2))
        return in_order(out, order.argsort(dim=1)) * present.unsqueeze(2)
