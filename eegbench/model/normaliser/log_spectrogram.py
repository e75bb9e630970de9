"""Logarithm of the power in short frames of a window."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.config import Positive
from eegbench.model.normaliser.base import Normaliser

BYTES_AT_ONCE = 1.5e6
"""Bytes of signals transformed together on a CPU, so that intermediate results fit into its cache."""


class LogSpectrogram(Normaliser):
    """Compute a spectrogram of each channel: decimal logarithms of powers, frequencies by frames.

    The number of samples of a frame is the power of two above ``frame_s``. The Hann window is symmetric and sums to
    1, so a sine of amplitude 1 at the frequency of a bin has power 1/4 there.

    Parameters
    ----------
    shape
        Number of channels and samples of a window, taken from the signals.
    sfreq
        Sampling rate in Hz.
    frame_s
        Length of a frame in seconds, before it is rounded up to a power of two samples.
    hop_s
        Seconds between the starts of two frames.
    floor
        Minimum of powers; smaller ones are set to it.

    Raises
    ------
    ValueError
        If a window is shorter than a frame.
    """

    window: Tensor

    def __init__(
        self, *, shape: tuple[int, ...], sfreq: float, frame_s: Positive, hop_s: Positive, floor: Positive
    ) -> None:
        super().__init__()
        if len(shape) != 2:
            raise ValueError("log_spectrogram takes signals; list it once, before normalisers of spectrograms.")
        n_channels, n_times = shape
        self.n_fft = 2 ** math.floor(math.log2(sfreq * frame_s) + 1)
        self.hop, self.floor = int(sfreq * hop_s), floor
        if n_times < self.n_fft or self.hop < 1:
            raise ValueError(
                f"frame_s={frame_s:g} and hop_s={hop_s:g} give frames of {self.n_fft} samples every {self.hop}, but a "
                f"window has {n_times}; set a lower frame_s, or hop_s to one sample or more."
            )
        window = torch.hann_window(self.n_fft, periodic=False, dtype=torch.float64)
        self.register_buffer("window", (window / window.sum()).float(), persistent=False)
        self.out_shape = n_channels, self.n_fft // 2 + 1, (n_times - self.n_fft) // self.hop + 1

    def forward(
        self, x: Float[Tensor, "batch n_channels n_times"]
    ) -> Float[Tensor, "batch n_channels n_frequencies n_frames"]:
        """Return the spectrograms."""
        n_bytes = x.element_size() * x.shape[1] * x.shape[2]
        some = max(1, len(x) if x.is_cuda else int(BYTES_AT_ONCE // n_bytes))
        return torch.cat([self._made(part) for part in x.split(some)]).transpose(2, 3)

    def _made(
        self, x: Float[Tensor, "batch n_channels n_times"]
    ) -> Float[Tensor, "batch n_channels n_frames n_frequencies"]:
        made = torch.fft.rfft(x.unfold(2, self.n_fft, self.hop) * self.window)
        power = made.real.square() + made.imag.square()  # abs() computes a root, which is slow
        return power.clamp_(min=self.floor).log10_()
