"""Epoch encoder of DeepSleepNet: two parallel convolutional branches, one for fast and one for slow waves.

Supratak et al. 2017, DeepSleepNet, doi:10.1109/TNSRE.2017.2721116; sizes as in the Dreem Open Datasets (Guillot et al.
2020, doi:10.1109/TNSRE.2020.3011181).
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Dropout, Size
from eegbench.model.epoch_encoder.base import EpochEncoder, signal_shape


class DeepSleep(EpochEncoder):
    """Branches with filters of 0.5 s and of 2 s, each followed by three more convolutions, with concatenated features.

    The first branch's last step is dropped, so that both branches have the same number of steps.

    Parameters
    ----------
    shape
        Number of channels and samples of an input, taken from the normalisers.
    sfreq
        Sampling rate in Hz.
    n_filters
        Number of filters of each first convolution; ``dim`` is four times as large.
    dropout
        Dropout probability in training, in each branch and after both.

    Raises
    ------
    ValueError
        If the input is a spectrogram, or the two branches give different numbers of steps.
    """

    def __init__(self, *, shape: tuple[int, ...], sfreq: float, n_filters: Size, dropout: Dropout) -> None:
        super().__init__()
        n_channels, n_times = signal_shape(shape, "deep_sleep")
        n, rate = n_filters, round(sfreq)
        self.fast = nn.Sequential(
            *_block(n_channels, n, rate // 2, stride=rate // 16, padding=rate // 4),
            nn.MaxPool1d(8, 7),
            nn.Dropout(dropout),
            *_block(n, 2 * n, 8, padding=4),
            *_block(2 * n, 2 * n, 8, padding=4),
            *_block(2 * n, 2 * n, 8, padding=4),
            nn.MaxPool1d(4, 4, padding=2),
        )
        self.slow = nn.Sequential(
            *_block(n_channels, n, 2 * rate, stride=rate // 2, padding=rate),
            nn.MaxPool1d(4, 3),
            nn.Dropout(dropout),
            *_block(n, 2 * n, 6, padding=2),
            *_block(2 * n, 2 * n, 6, padding=2),
            *_block(2 * n, 2 * n, 6, padding=2),
            nn.MaxPool1d(2, 1, padding=1),
        )
        self.dropout = nn.Dropout(dropout)
        self.dim = 4 * n
        self.n_steps = self._n_steps(n_channels, n_times)

    def forward(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch dim n_steps"]:
        """Return the steps of both branches, with their features concatenated."""
        return self.dropout(torch.cat([self.fast(x)[:, :, :-1], self.slow(x)], dim=1))

    @torch.no_grad()
    def _n_steps(self, n_channels: int, n_times: int) -> int:
        probe = torch.zeros(1, n_channels, n_times)
        fast, slow = (nn.Sequential(*branch).eval()(probe).shape[2] for branch in (self.fast, self.slow))
        self.train()
        if fast - 1 != slow:
            raise ValueError(
                f"deep_sleep has branches of {fast - 1} and {slow} steps for windows of {n_times} samples, which must "
                "be equal; use windows of 30 s at 100 Hz (preprocessing.signal.sfreq=100)."
            )
        return slow


def _block(n_in: int, n_out: int, kernel: int, *, stride: int = 1, padding: int = 0) -> list[nn.Module]:
    return [nn.Conv1d(n_in, n_out, kernel, stride=stride, padding=padding), nn.BatchNorm1d(n_out), nn.ReLU()]
