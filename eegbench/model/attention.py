"""Self-attention that is fast in training, and whose weights can be recorded exactly.

Conventions
-----------
Weights are softmax(QKᵀ/√d): a row a query, a column a key, rows add up to 1. Nothing is dropped from them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from eegbench.model.token_table import TokenTable


class SelfAttention(nn.Module):
    """Multi-head attention of tokens to each other (Vaswani et al. 2017, doi:10.48550/arXiv.1706.03762).

    Parameters
    ----------
    dim
        Size of a token.
    n_heads
        Heads that share it evenly.
    """

    def __init__(self, dim: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.record: list[Tensor] | None = None

    def forward(
        self, x: Float[Tensor, "batch n_tokens dim"], there: Bool[Tensor, "batch n_tokens"] | None
    ) -> Float[Tensor, "batch n_tokens dim"]:
        """Return what each token takes from those that are there; None: all are."""
        q, k, v = self.qkv(x).unflatten(2, (3, self.n_heads, -1)).permute(2, 0, 3, 1, 4)
        mask = None if there is None else there[:, None, None, :]
        if self.record is None:
            mixed = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:
            weights = _weights(q, k, mask)
            self.record.append(weights)
            mixed = weights @ v
        return self.out(mixed.transpose(1, 2).flatten(2))


def _weights(q: Tensor, k: Tensor, mask: Tensor | None) -> Float[Tensor, "batch n_heads n_tokens n_tokens"]:
    scores = q @ k.transpose(2, 3) / q.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return scores.softmax(-1)


@dataclass
class RecordedAttention:
    """What the attention layers of a network did in the forward passes since it was last taken.

    Attributes
    ----------
    tokens
        What each token stands for.
    by_layer
        For each layer, the weights of each forward pass (batch, heads, tokens, tokens); they belong to the graph, where
        gradients were enabled.
    """

    tokens: TokenTable
    by_layer: list[list[Tensor]] = field(default_factory=list)

    @property
    def weights(self) -> Float[Tensor, "batch n_layers n_heads n_tokens n_tokens"]:
        """All weights.

        Raises
        ------
        ValueError
            Where there was no forward pass.
        """
        if not self.by_layer[0]:
            raise ValueError("no attention is recorded; call the network within `with record_attention(network)`.")
        return torch.stack([torch.cat(layer) for layer in self.by_layer], dim=1)

    def take(self) -> Float[Tensor, "batch n_layers n_heads n_tokens n_tokens"]:
        """Return all weights and forget them, so that the memory of many batches is that of one."""
        weights = self.weights
        for layer in self.by_layer:
            layer.clear()
        return weights


@contextmanager
def record_attention(network: nn.Module) -> Iterator[RecordedAttention]:
    """Record what the attention layers of a network do.

    Within the context attention is computed in steps, which takes more memory than outside and gives the same output up
    to rounding.

    Parameters
    ----------
    network
        An encoder with attention, or a network that holds one.

    Examples
    --------
    >>> with record_attention(network) as attention:  # doctest: +SKIP
    ...     network(windows)
    >>> attention.weights.shape, attention.tokens.channels  # doctest: +SKIP

    Raises
    ------
    ValueError
        Where the network has no attention over tokens, or several encoders that have.
    """
    tables = [table for one in network.modules() if isinstance(table := getattr(one, "token_table", None), TokenTable)]
    layers = [one for one in network.modules() if isinstance(one, SelfAttention)]
    if len(tables) != 1 or not layers:
        raise ValueError(
            f"one encoder with attention over tokens is expected, and {type(network).__name__} has {len(tables)}; set "
            "model=eeg_transformer."
        )
    recorded = RecordedAttention(tables[0], [[] for _ in layers])
    for layer, record in zip(layers, recorded.by_layer, strict=True):
        layer.record = record
    try:
        yield recorded
    finally:
        for layer in layers:
            layer.record = None
