"""Self-attention that is fast in training, and whose weights can be recorded exactly.

Conventions
-----------
Weights are softmax(QKᵀ/√d): one row per query, one column per key, rows sum to 1, without dropout.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from eegbench.model.token_table import TokenTable


class SelfAttention(nn.Module):
    """Multi-head attention between tokens (Vaswani et al. 2017, doi:10.48550/arXiv.1706.03762).

    Parameters
    ----------
    dim
        Size of a token.
    n_heads
        Number of heads, among which ``dim`` is divided evenly.
    """

    def __init__(self, dim: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.record: list[Tensor] | None = None

    def forward(
        self,
        x: Float[Tensor, "batch n_tokens dim"],
        there: Bool[Tensor, "batch n_tokens"] | None,
        *,
        first_only: bool = False,
    ) -> Float[Tensor, "batch n_queries dim"]:
        """Return each token's weighted sum over the tokens that are there; None means all.

        With ``first_only`` it is returned for the first token alone, which takes less time. Recorded weights are
        always those of all tokens.
        """
        mask = None if there is None else there[:, None, None, :]
        if first_only and self.record is None:
            q, k, v = self._of_first(x)
        else:
            q, k, v = self.qkv(x).unflatten(2, (3, self.n_heads, -1)).permute(2, 0, 3, 1, 4)
        if self.record is None:
            mixed = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:
            weights = _weights(q, k, mask)
            self.record.append(weights)
            mixed = (weights[:, :, :1] if first_only else weights) @ v
        return self.out(mixed.transpose(1, 2).flatten(2))

    def _of_first(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the query of the first token, and the keys and values of all (batch, n_heads, n_tokens, size)."""
        dim = x.shape[2]
        weight, bias = self.qkv.weight, self.qkv.bias
        q = nn.functional.linear(x[:, :1], weight[:dim], bias[:dim])
        k, v = (
            nn.functional.linear(x, weight[dim:], bias[dim:]).unflatten(2, (2, self.n_heads, -1)).permute(2, 0, 3, 1, 4)
        )
        return q.unflatten(2, (self.n_heads, -1)).transpose(1, 2), k, v


def _weights(q: Tensor, k: Tensor, mask: Tensor | None) -> Float[Tensor, "batch n_heads n_tokens n_tokens"]:
    scores = q @ k.transpose(2, 3) / q.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return scores.softmax(-1)


@dataclass
class RecordedAttention:
    """Attention weights of a network in the forward passes since they were last taken.

    Attributes
    ----------
    tokens
        Table of the tokens' channels and times.
    by_layer
        For each layer, the weights of each forward pass (batch, heads, tokens, tokens); they are part of the autograd
        graph if gradients were enabled.
    """

    tokens: TokenTable
    by_layer: list[list[Tensor]] = field(default_factory=list)

    @property
    def weights(self) -> Float[Tensor, "batch n_layers n_heads n_tokens n_tokens"]:
        """All weights.

        Raises
        ------
        ValueError
            If there was no forward pass.
        """
        if not self.by_layer[0]:
            raise ValueError("no attention is recorded; call the network within `with record_attention(network)`.")
        return torch.stack([torch.cat(layer) for layer in self.by_layer], dim=1)

    def take(self) -> Float[Tensor, "batch n_layers n_heads n_tokens n_tokens"]:
        """Return all weights and clear them, so that memory does not grow with the number of batches."""
        weights = self.weights
        for layer in self.by_layer:
            layer.clear()
        return weights


@contextmanager
def record_attention(network: nn.Module) -> Iterator[RecordedAttention]:
    """Record the weights of a network's attention layers.

    Inside the context, attention is computed step by step, which takes more memory and gives the same output up to
    rounding.

    Parameters
    ----------
    network
        An encoder with attention, or a network that contains one, in evaluation mode.

    Examples
    --------
    >>> with record_attention(network) as attention:  # doctest: +SKIP
    ...     network(windows)
    >>> attention.weights.shape, attention.tokens.channels  # doctest: +SKIP

    Raises
    ------
    ValueError
        If the network has no attention over tokens, or several encoders with it, or is in training mode.
    """
    tables = [table for one in network.modules() if isinstance(table := getattr(one, "token_table", None), TokenTable)]
    layers = [one for one in network.modules() if isinstance(one, SelfAttention)]
    if len(tables) != 1 or not layers:
        raise ValueError(
            f"expected one encoder with attention over tokens, but {type(network).__name__} has {len(tables)}; set "
            "model=eeg_transformer."
        )
    if any(layer.training for layer in layers):
        raise ValueError(
            f"{type(network).__name__} is in training mode, in which tokens are dropped and shuffled, so the weights "
            "would not be those of the table of tokens; call .eval() first."
        )
    recorded = RecordedAttention(tables[0], [[] for _ in layers])
    for layer, record in zip(layers, recorded.by_layer, strict=True):
        layer.record = record
    try:
        yield recorded
    finally:
        for layer in layers:
            layer.record = None
