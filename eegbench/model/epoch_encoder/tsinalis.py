"""Epoch encoder of Tsinalis and colleagues: two convolutions with large pools.

Tsinalis et al. 2016, arXiv:1610.01683, https://arxiv.org/abs/1610.01683; sizes as in the Dreem Open Datasets (Guillot
et al. 2020, doi:10.1109/TNSRE.2020.3011181).
"""

from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Size
from eegbench.model.epoch_encoder.base import EpochEncoder, signal_shape


class Tsinalis(EpochEncoder):
    """A convolution over all channels and one over its filters, each followed by overlapping max-pooling.

    Parameters
    ----------
    shape
        Number of channels and samples of an input, taken from the normalisers.
    n_filters
        Number of filters of the first convolution; the second has twenty times as many.
    kernel
        Length of the first convolution's filters in samples.

    Raises
    ------
    ValueError
        If the input is a spectrogram, or too short for one step.
    """

    def __init__(self, *, shape: tuple[int, ...], n_filters: Size, kernel: Size) -> None:
        super().__init__()
        n_channels, n_times = signal_shape(shape, "tsinalis")
        self.dim = 20 * n_filters
        self.layers = nn.Sequential(
            nn.Conv1d(n_channels, n_filters, kernel),
            nn.ReLU(),
            nn.MaxPool1d(20, 10),
            nn.Conv1d(n_filters, self.dim, 30),
            nn.ReLU(),
            nn.MaxPool1d(10, 2),
        )
        pooled = (n_times - kernel + 1 - 20) // 10 + 1
        self.n_steps = (pooled - 29 - 10) // 2 + 1
        if self.n_steps < 1:
            raise ValueError(
                f"tsinalis needs windows of {kernel + 399} samples or more, but these have {n_times}; set a longer "
                "preprocessing.window_s."
            )

    def forward(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch dim n_steps"]:
        """Return the outputs of the second convolution at each step."""
        return self.layers(x)
