"""A transformer layer: attention, then a feed-forward network per token, each with its own normalisation."""

from jaxtyping import Bool, Float
from torch import Tensor, nn

from eegbench.model.attention import SelfAttention


class TransformerLayer(nn.Module):
    """A pre-norm layer: x + attention(norm(x)), then x + feed_forward(norm(x)).

    Parameters
    ----------
    dim
        Size of a token; the hidden layer has twice as many units.
    n_heads
        Number of attention heads.
    dropout
        Dropout probability, in training, of the values added to the tokens.
    upstream_compat
        Compute as published in eeg-transformer: added values are never negative, and dropout is applied to the sum.
    """

    def __init__(self, dim: int, n_heads: int, *, dropout: float, upstream_compat: bool) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(dim)
        self.attention = SelfAttention(dim, n_heads)
        self.norm = nn.LayerNorm(dim)
        last = [nn.ReLU()] if upstream_compat else []
        self.feed_forward = nn.Sequential(nn.Linear(dim, 2 * dim), nn.ReLU(), nn.Linear(2 * dim, dim), *last)
        self.dropout = nn.Dropout(dropout)
        self.dropout_of_sum = nn.Dropout(dropout if upstream_compat else 0.0)
        self.dropout_of_update = nn.Dropout(0.0 if upstream_compat else dropout)

    def forward(
        self,
        x: Float[Tensor, "batch n_tokens dim"],
        there: Bool[Tensor, "batch n_tokens"] | None,
        *,
        first_only: bool = False,
    ) -> Float[Tensor, "batch n_out dim"]:
        """Return the tokens after the layer, or the first alone; attention ignores tokens that are not there."""
        update = self.dropout(self.attention(self.attention_norm(x), there, first_only=first_only))
        x = (x[:, :1] if first_only else x) + update
        x = x + self.dropout_of_update(self.feed_forward(self.norm(x)))
        return self.dropout_of_sum(x)
