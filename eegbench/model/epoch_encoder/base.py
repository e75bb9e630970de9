"""Base class of epoch encoders: steps of features from the normalised signals of one group."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn


class EpochEncoder(nn.Module, ABC):
    """Map signals, or spectrograms of them, to steps of features.

    Attributes
    ----------
    given
        Names of constructor arguments that are not options: ``shape``, the shape of an input, and ``sfreq``, the
        sampling rate of the signals in Hz.
    dim
        Number of features per step.
    n_steps
        Number of steps per window.
    """

    given: ClassVar = ("shape", "sfreq")
    dim: int
    n_steps: int

    @abstractmethod
    def forward(self, x: Float[Tensor, "batch n_channels *rest"]) -> Float[Tensor, "batch dim n_steps"]:
        """Return the steps of each window.

        Parameters
        ----------
        x
            Signals (batch, n_channels, n_times) or spectrograms (batch, n_channels, n_frequencies, n_frames).
        """


def signal_shape(shape: tuple[int, ...], encoder: str) -> tuple[int, int]:
    """Return the numbers of channels and samples of a signal.

    Raises
    ------
    ValueError
        If the input is a spectrogram.
    """
    if len(shape) != 2:
        raise ValueError(f"{encoder} takes signals, but the normalisers give spectrograms; leave log_spectrogram out.")
    return shape[0], shape[1]


def spectrogram_shape(shape: tuple[int, ...], encoder: str) -> tuple[int, int, int]:
    """Return the numbers of channels, frequencies and frames of a spectrogram.

    Raises
    ------
    ValueError
        If the input is a signal.
    """
    if len(shape) != 3:
        raise ValueError(f"{encoder} takes spectrograms, but gets signals; add the normaliser log_spectrogram.")
    return shape[0], shape[1], shape[2]
