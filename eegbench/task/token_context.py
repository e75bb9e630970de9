"""A transformer that summarises a sequence of tokens, and the shape of an encoder's tokens."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.inference.embedding import evaluating
from eegbench.model.base import Encoder
from eegbench.store.windows import blank_windows
from eegbench.types import Form


class TokenContext(nn.Module):
    """The output of a transformer for a class token in front of the tokens.

    Parameters
    ----------
    in_dim, hidden_dim
        Size of a token, and of the summary. Feed-forward layers have ``hidden_dim`` units.
    n_layers, n_heads, dropout
        Layers, heads and dropout probability of the transformer.
    """

    def __init__(self, in_dim: int, hidden_dim: int, *, n_layers: int, n_heads: int, dropout: float) -> None:
        super().__init__()
        self.enter = nn.Linear(in_dim, hidden_dim)
        self.class_token = nn.Parameter(torch.randn(hidden_dim))
        layer = nn.TransformerEncoderLayer(hidden_dim, n_heads, hidden_dim, dropout, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, n_layers, enable_nested_tensor=False)

    def forward(self, tokens: Float[Tensor, "n n_tokens in_dim"]) -> Float[Tensor, "n hidden_dim"]:
        """Return a summary of each sequence."""
        first = self.class_token.expand(len(tokens), 1, -1)
        summary: Tensor = self.layers(torch.cat([first, self.enter(tokens)], dim=1))[:, 0]
        return summary


@torch.no_grad()
def token_shape(encoder: Encoder, form: Form) -> tuple[int, int]:
    """Return the number of an encoder's tokens for windows of this form, and their size."""
    windows = blank_windows(form, next(encoder.parameters()).device)
    with evaluating(encoder):
        tokens = encoder.tokens(windows)
    return tokens.shape[1], tokens.shape[2]
