"""Banville's sleep stager: Chambon's geometry without padding, always with batch normalisation."""

from jaxtyping import Float
from torch import Tensor

from eegbench.model.base import ChannelMask, Encoder
from eegbench.model.temporal_block import TemporalConvolutions, TokenProjection


class StagerNet(Encoder):
    """Spatial filters, two unpadded convolutions of 0.5 s over time, each pooled over 0.125 s, and a linear layer.

    Built is what the paper describes: kernel 50, pool 13, 16 filters, batch normalisation, no padding. At 100 Hz
    3000 samples become 2951, 227, 178 and 13, so that the linear layer reads 13 × 16 × 2 numbers and there are
    55,402 parameters at 2 channels and 100 outputs. The 62,307 that the paper prints need 15 steps before that
    layer and a head from 100 to 5 classes counted with it; a head is the task's or the probe's here.

    Parameters
    ----------
    n_channels, n_times, sfreq
        Form of a window: channels, samples, Hz.
    n_filters
        Filters of either convolution over time.
    embed_dim
        Size of an embedding.
    dropout
        Share of features dropped before the linear layer, from 0 up to but not including 1.

    Raises
    ------
    ValueError
        Where a window is too short to leave one step of time (8.55 s at 100 Hz), or an option makes no sense.

    References
    ----------
    Banville et al. 2021, Uncovering the structure of clinical EEG signals with self-supervised learning,
    J. Neural Eng. 18 046020, doi:10.1088/1741-2552/abca18.
    """

    bf16_on_cpu = True

    def __init__(
        self,
        *,
        n_channels: int,
        n_times: int,
        sfreq: float,
        n_filters: int,
        embed_dim: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.embed_dim = embed_dim
        self.convolutions = TemporalConvolutions(
            n_channels=n_channels,
            n_times=n_times,
            sfreq=sfreq,
            n_filters=n_filters,
            padding_s=0.0,
            batch_norm=True,
        )
        self.projection = TokenProjection(
            n_tokens=self.convolutions.n_tokens,
            dim=self.convolutions.dim,
            embed_dim=embed_dim,
            dropout=dropout,
        )

    def features(
        self, x: Float[Tensor, "batch n_channels n_times"], mask: ChannelMask | None = None
    ) -> Float[Tensor, "batch n_tokens dim"]:
        """Return one token for each step of time that pooling leaves (13 of 3000 samples at 100 Hz)."""
        tokens: Tensor = self.convolutions(x, mask)
        return tokens

    def forward(
        self, x: Float[Tensor, "batch n_channels n_times"], mask: ChannelMask | None = None
    ) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding a window."""
        embedded: Tensor = self.projection(self.features(x, mask))
        return embedded
