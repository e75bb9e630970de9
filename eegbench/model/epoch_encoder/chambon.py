"""Epoch encoder of Chambon and colleagues: mixed channels, and two convolutions along time.

Chambon et al. 2018, doi:10.1109/TNSRE.2018.2813138; sizes as in the Dreem Open Datasets (Guillot et al. 2020,
doi:10.1109/TNSRE.2020.3011181).
"""

from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Dropout, Size
from eegbench.model.epoch_encoder.base import EpochEncoder, signal_shape


class Chambon(EpochEncoder):
    """A linear layer over channels, and two convolutions along time with the same weights for all channels.

    Parameters
    ----------
    shape
        Number of channels and samples of an input, taken from the normalisers.
    n_filters
        Number of filters of each convolution.
    kernel
        Length of a filter in samples, an odd number.
    pool
        Length of the max-pooling after each convolution, in samples.
    dropout
        Dropout probability of the features in training.

    Raises
    ------
    ValueError
        If the input is a spectrogram.
    """

    def __init__(self, *, shape: tuple[int, ...], n_filters: Size, kernel: Size, pool: Size, dropout: Dropout) -> None:
        super().__init__()
        n_channels, n_times = signal_shape(shape, "chambon")
        self.channels = nn.Linear(n_channels, n_channels)
        self.time = nn.Sequential(
            nn.Conv2d(1, n_filters, (kernel, 1), padding=(kernel // 2, 0)),
            nn.ReLU(),
            nn.MaxPool2d((pool, 1)),
            nn.Conv2d(n_filters, n_filters, (kernel, 1), padding=(kernel // 2, 0)),
            nn.ReLU(),
            nn.MaxPool2d((pool, 1)),
            nn.Dropout(dropout),
        )
        self.n_steps = n_times // pool // pool
        self.dim = n_filters * n_channels

    def forward(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch dim n_steps"]:
        """Return filters and channels at each step."""
        mixed = self.channels(x.transpose(1, 2)).unsqueeze(1)  # batch, 1, times, channels
        return self.time(mixed).transpose(2, 3).flatten(1, 2)
