"""A unidirectional or bidirectional recurrent layer along a sequence that skips absent steps."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from eegbench.model.sequence.order import in_order, present_first, turned


class RecurrentLayer(nn.Module):
    """GRU or LSTM cells along the present steps; the output for absent steps is 0.

    Parameters
    ----------
    kind
        `torch.nn.GRU` or `torch.nn.LSTM`.
    in_dim
        Size of a step.
    hidden_dim
        Number of units per direction.
    bidirectional
        Whether a second layer reads the sequence backwards.
    """

    def __init__(self, kind: type[nn.GRU | nn.LSTM], in_dim: int, hidden_dim: int, *, bidirectional: bool) -> None:
        super().__init__()
        self.onward = kind(in_dim, hidden_dim, batch_first=True)
        self.backward_in_time = kind(in_dim, hidden_dim, batch_first=True) if bidirectional else None
        self.out_dim = hidden_dim * (2 if bidirectional else 1)

    def forward(
        self, z: Float[Tensor, "batch length in_dim"], present: Bool[Tensor, "batch length"]
    ) -> Float[Tensor, "batch length out_dim"]:
        """Return a vector for each step."""
        order = present_first(present)
        first = in_order(z, order)
        directions = [self.onward(first)[0]]
        if self.backward_in_time is not None:
            back = turned(present)
            directions.append(in_order(self.backward_in_time(in_order(first, back))[0], back))
        return in_order(torch.cat(directions, dim=2), order.argsort(dim=1)) * present.unsqueeze(2)
