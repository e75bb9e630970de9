"""Epoch encoder of SeqSleepNet: a learned filter bank for each channel, and a GRU along the frames.

Phan et al. 2019, SeqSleepNet, doi:10.1109/TNSRE.2019.2896659.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Dropout, Size
from eegbench.model.dropout import UniformDropout
from eegbench.model.epoch_encoder.base import EpochEncoder, spectrogram_shape


class SeqSleep(EpochEncoder):
    """Triangular filters with learned weights inside their triangles, batch normalisation, and a GRU over frames.

    Parameters
    ----------
    shape
        Number of channels, frequencies and frames of an input, taken from the normalisers.
    sfreq
        Sampling rate of the original signals in Hz; the triangles range from 0 Hz to half of it.
    hidden_dim
        Number of units of the GRU per direction.
    n_filters
        Number of filters per channel.
    bidirectional
        Whether a second GRU reads the frames backwards; ``dim`` is then twice ``hidden_dim``.
    dropout
        Dropout probability in training, before and after the GRU.

    Raises
    ------
    ValueError
        If the input is not a spectrogram.
    """

    triangles: Tensor

    def __init__(
        self,
        *,
        shape: tuple[int, ...],
        sfreq: float,
        hidden_dim: Size,
        n_filters: Size,
        bidirectional: bool,
        dropout: Dropout,
    ) -> None:
        super().__init__()
        n_channels, n_frequencies, self.n_steps = spectrogram_shape(shape, "seq_sleep")
        self.register_buffer("triangles", triangular_filters(n_frequencies, n_filters, sfreq), persistent=False)
        self.weight = nn.Parameter(torch.randn(n_channels, n_frequencies, n_filters))
        self.norm = nn.BatchNorm1d(n_filters)
        self.dropout = UniformDropout(dropout)
        self.gru = nn.GRU(n_channels * n_filters, hidden_dim, batch_first=True, bidirectional=bidirectional)
        self.dim = hidden_dim * (2 if bidirectional else 1)

    def forward(self, x: Float[Tensor, "batch n_channels n_frequencies n_steps"]) -> Float[Tensor, "batch dim n_steps"]:
        """Return the states of the GRU at each frame."""
        bank = torch.sigmoid(self.weight) * self.triangles
        filtered = torch.einsum("bcft,cfk->bctk", x, bank)
        normal = self.norm(filtered.flatten(0, 2)).view_as(filtered)  # moments over batch, channels and frames
        frames = self.dropout(normal.transpose(1, 2).flatten(2))
        return self.dropout(self.gru(frames)[0]).transpose(1, 2)


def triangular_filters(n_frequencies: int, n_filters: int, sfreq: float) -> Float[Tensor, "n_frequencies n_filters"]:
    """Return filters that rise to 1 and fall again, evenly spaced from 0 Hz to half the sampling rate.

    Parameters
    ----------
    n_frequencies
        Number of frequencies of the spectrogram, n_fft / 2 + 1.
    n_filters
        Number of triangles.
    sfreq
        Sampling rate in Hz.
    """
    n_fft = 2 * (n_frequencies - 1)
    edges = torch.floor((n_fft + 1) * torch.linspace(0, sfreq / 2, n_filters + 2, dtype=torch.float64) / sfreq)
    i = torch.arange(n_frequencies, dtype=torch.float64)[:, None]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rising = (i - low) / (middle - low)
    falling = (high - i) / (high - middle)
    return torch.minimum(rising, falling).clamp(min=0).nan_to_num(0.0).float()
