"""Epoch encoder of SimpleSleepNet: reduced frequencies, mixed channels, a GRU along the frames of the spectrogram.

Guillot et al. 2020, Dreem Open Datasets, doi:10.1109/TNSRE.2020.3011181.
"""

from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Dropout, Size
from eegbench.model.dropout import UniformDropout
from eegbench.model.epoch_encoder.base import EpochEncoder, spectrogram_shape


class SimpleSleep(EpochEncoder):
    """A linear layer over frequencies, one over channels, and a GRU over frames.

    Parameters
    ----------
    shape
        Number of channels, frequencies and frames of an input, taken from the normalisers.
    hidden_dim
        Number of units of the GRU per direction.
    n_frequencies
        Number of outputs of the layer over frequencies, which all channels share; None omits the layer.
    mix_channels
        Whether a linear layer mixes the channels.
    bidirectional
        Whether a second GRU reads the frames backwards; ``dim`` is then twice ``hidden_dim``.
    dropout
        Dropout probability in training, before and after the GRU.

    Raises
    ------
    ValueError
        If the input is not a spectrogram.
    """

    def __init__(
        self,
        *,
        shape: tuple[int, ...],
        hidden_dim: Size,
        n_frequencies: Size | None,
        mix_channels: bool,
        bidirectional: bool,
        dropout: Dropout,
    ) -> None:
        super().__init__()
        n_channels, recorded, self.n_steps = spectrogram_shape(shape, "simple_sleep")
        kept = recorded if n_frequencies is None else n_frequencies
        self.frequencies = nn.Identity() if n_frequencies is None else nn.Linear(recorded, kept)
        self.channels = nn.Linear(n_channels, n_channels) if mix_channels else nn.Identity()
        self.dropout = UniformDropout(dropout)
        self.gru = nn.GRU(n_channels * kept, hidden_dim, batch_first=True, bidirectional=bidirectional)
        self.dim = hidden_dim * (2 if bidirectional else 1)

    def forward(self, x: Float[Tensor, "batch n_channels n_frequencies n_steps"]) -> Float[Tensor, "batch dim n_steps"]:
        """Return the states of the GRU at each frame."""
        fewer = self.frequencies(x.transpose(2, 3))  # batch, channels, frames, frequencies
        mixed = self.dropout(self.channels(fewer.transpose(1, 3)).transpose(1, 3))
        frames = mixed.transpose(1, 2).flatten(2)  # batch, frames, channels · frequencies
        return self.dropout(self.gru(frames)[0]).transpose(1, 2)
