"""What an encoder promises: a window becomes tokens, and the tokens one embedding."""

from abc import ABC, abstractmethod

from jaxtyping import Bool, Float
from torch import Tensor, nn

ChannelMask = Bool[Tensor, "batch n_channels"]
"""True where a channel is there; sets with different montages share a batch."""


class Encoder(nn.Module, ABC):
    """Maps windows (batch, n_channels, n_times) to embeddings (batch, embed_dim).

    An encoder learns ``n_channels``, ``n_times`` and ``sfreq`` (Hz) from the store; every other size is an
    option of its constructor, without a default there.

    Attributes
    ----------
    embed_dim
        Size of an embedding.
    bf16_on_cpu
        Whether training in bf16 on a CPU was found to give the scores of float32; ``trainer.precision=auto`` asks.
    """

    embed_dim: int
    bf16_on_cpu = False

    @abstractmethod
    def features(
        self, x: Float[Tensor, "batch n_channels n_times"], mask: ChannelMask | None = None
    ) -> Float[Tensor, "batch n_tokens dim"]:
        """Return tokens before pooling: time steps of a ConvNet, patches of a transformer."""

    @abstractmethod
    def forward(
        self, x: Float[Tensor, "batch n_channels n_times"], mask: ChannelMask | None = None
    ) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding a window."""
