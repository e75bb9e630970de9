"""Mean of all steps, weighted by attention.

Luong, Pham and Manning 2015, doi:10.18653/v1/D15-1166.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Size
from eegbench.model.reducer.base import Reducer


class Attention(Reducer):
    """Weighted mean whose weights are a softmax over steps of ``v · tanh(M x + b)``.

    Parameters
    ----------
    dim
        Number of features per step, taken from the epoch encoder.
    context_dim
        Number of rows of ``M``.
    """

    def __init__(self, *, dim: int, context_dim: Size) -> None:
        super().__init__()
        self.context = nn.Linear(dim, context_dim)
        self.score = nn.Linear(context_dim, 1, bias=False)
        nn.init.xavier_uniform_(self.context.weight)
        nn.init.xavier_uniform_(self.score.weight)
        self.out_dim = dim

    def forward(self, steps: Float[Tensor, "batch dim n_steps"]) -> Float[Tensor, "batch dim"]:
        """Return the weighted mean of the steps."""
        scores = self.score(torch.tanh(self.context(steps.transpose(1, 2))))
        return (steps @ scores.softmax(dim=1)).squeeze(2)
