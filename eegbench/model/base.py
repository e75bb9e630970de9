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
    is_mean_of_tokens
        Whether `forward` is the mean of `features` over tokens.
    bf16_on_cpu
        Whether training in bf16 on a CPU was found to give the scores of float32; ``trainer.precision=auto`` asks.
    receptive_field
        Samples that one token depends on; None where it is the whole window, or not known.
    token_stride
        Samples between one token and the next; None where tokens are no steps of time.
    """

    embed_dim: int
    is_mean_of_tokens = False
    bf16_on_cpu = False
    receptive_field: int | None = None
    token_stride: int | None = None

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

    def first_filters(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        """Return the first filters' impulse responses: what each answers to 1 at one sample of one channel.

        They are what is linear before the first nonlinearity, without normalisation and constants; column ``n``
        is the answer ``n`` samples later, as `scipy.signal.freqz` takes it.

        Raises
        ------
        ValueError
            Where the encoder does not begin with linear filters.
        """
        raise ValueError(
            f"{type(self).__name__} does not begin with linear filters whose responses could be shown; "
            f"set model=deep4, shallow_fbcsp, eegnet, chambon2018 or stager_net."
        )

    def after_step(self) -> None:
        """Do what follows an optimiser's step: put weights back under a bound."""


def present(
    x: Float[Tensor, "batch n_channels n_times"], mask: ChannelMask | None
) -> Float[Tensor, "batch n_channels n_times"]:
    """Return windows in which the channels that the mask leaves out are silent."""
    return x if mask is None else x.masked_fill(~mask.unsqueeze(-1), 0.0)
