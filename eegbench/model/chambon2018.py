"""Chambon's convolutional sleep stager, with padding, as in the relative-positioning tutorial."""

from jaxtyping import Float
from torch import Tensor

from eegbench.config import Dropout, Size
from eegbench.model.base import SignalEncoder
from eegbench.model.temporal_block import TemporalConvolutions, TokenProjection

PADDING_S = 0.25


class Chambon2018(SignalEncoder):
    """Spatial filters, two padded convolutions of 0.5 s over time, each pooled over 0.125 s, and a linear layer.

    At 100 Hz, 3000 samples become 3001, 230, 231 and 17; with 2 channels, 16 filters, batch normalisation and 100
    outputs there are 68,202 parameters.

    Parameters
    ----------
    n_channels, n_times, sfreq
        Form of a window: channels, samples, Hz.
    n_filters
        Number of filters of each convolution over time (8 in the paper, 16 in the tutorial).
    embed_dim
        Size of an embedding.
    dropout
        Dropout probability before the linear layer, from 0 up to but not including 1.
    batch_norm
        Whether each convolution over time is followed by batch normalisation (not in the paper).

    Raises
    ------
    ValueError
        If a window is too short for one time step.

    References
    ----------
    Chambon et al. 2018, A deep learning architecture for temporal sleep stage classification using multivariate
    and multimodal time series, IEEE Trans. Neural Syst. Rehabil. Eng. 26(4), doi:10.1109/TNSRE.2018.2813138.
    """

    bf16_on_cpu = True

    def __init__(
        self,
        *,
        n_channels: int,
        n_times: int,
        sfreq: float,
        n_filters: Size,
        embed_dim: Size,
        dropout: Dropout,
        batch_norm: bool,
    ) -> None:
        super().__init__()
        self.embed_dim = embed_dim
        self.convolutions = TemporalConvolutions(
            n_channels=n_channels,
            n_times=n_times,
            sfreq=sfreq,
            n_filters=n_filters,
            padding_s=PADDING_S,
            batch_norm=batch_norm,
        )
        self.projection = TokenProjection(
            n_tokens=self.convolutions.n_tokens,
            dim=self.convolutions.dim,
            embed_dim=embed_dim,
            dropout=dropout,
        )

    def features(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_tokens dim"]:
        """Return one token for each time step after pooling (17 for 3000 samples at 100 Hz)."""
        tokens: Tensor = self.convolutions(x)
        return tokens

    def embed(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding per window."""
        embedded: Tensor = self.projection(self.features(x))
        return embedded

    def first_filters(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        """Return the impulse responses of each filter over time combined with each virtual channel."""
        return self.convolutions.first_filters()
