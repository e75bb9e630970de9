"""Gated recurrent units along a sequence, in one direction or in both.

Cho et al. 2014, Learning phrase representations using RNN encoder-decoder, doi:10.3115/v1/D14-1179.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from eegbench.model.sequence.base import SequenceEncoder


class Gru(SequenceEncoder):
    """A GRU; absent steps are skipped, so that they have no influence on the others.

    Parameters
    ----------
    in_dim
        Size of an embedding; comes from the encoder.
    hidden_dim
        Units of a layer in one direction.
    n_layers
        Layers on top of each other.
    bidirectional
        Whether a second GRU reads the sequence from its end; ``out_dim`` then is twice ``hidden_dim``.
    dropout
        Share of the outputs dropped in training, behind each layer.

    Raises
    ------
    ValueError
        Where a size is below 1, or ``dropout`` is no share.
    """

    def __init__(self, *, in_dim: int, hidden_dim: int, n_layers: int, bidirectional: bool, dropout: float) -> None:
        super().__init__()
        for name, value in (("hidden_dim", hidden_dim), ("n_layers", n_layers)):
            if value < 1:
                raise ValueError(f"{name}={value}: at least 1 is expected; set a GRU's {name}=1 or more.")
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout={dropout:g}: a share from 0 up to but not including 1 is expected.")
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
        """Return a vector for each step; 0 where a step is absent."""
        order = (~present).long().argsort(dim=1, stable=True)  # present steps first, in their order
        turned = _turned(present)
        out = _at(z, order)
        for number, layer in enumerate(self.onward):
            directions = [layer(out)[0]]
            if len(self.backward_in_time):
                directions.append(_at(self.backward_in_time[number](_at(out, turned))[0], turned))
            out = self.dropout(torch.cat(directions, dim=2))
        return _at(out, order.argsort(dim=1)) * present.unsqueeze(2)


def _at(z: Float[Tensor, "batch length dim"], order: Int[Tensor, "batch length"]) -> Float[Tensor, "batch length dim"]:
    """Return the steps of each sequence in another order."""
    return z.gather(1, order.unsqueeze(2).expand(-1, -1, z.shape[2]))


def _turned(present: Bool[Tensor, "batch length"]) -> Int[Tensor, "batch length"]:
    """Return the order that turns the first steps of each sequence round, as many as are present."""
    steps, n_present = torch.arange(present.shape[1], device=present.device), present.sum(1, keepdim=True)
    return torch.where(steps < n_present, n_present - 1 - steps, steps)
