"""Base class of normalisers: they rescale windows, or turn them into spectrograms."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn


class Normaliser(nn.Module, ABC):
    """Transform the windows of a group; several can be chained.

    Attributes
    ----------
    given
        Names of constructor arguments that are not options: ``shape``, the shape of an input window, and ``sfreq``,
        the sampling rate of the signals in Hz.
    out_shape
        Shape of an output window.
    """

    given: ClassVar = ("shape", "sfreq")
    out_shape: tuple[int, ...]

    @abstractmethod
    def forward(self, x: Float[Tensor, "batch n_channels *rest"]) -> Float[Tensor, "batch n_channels *out"]:
        """Return the normalised windows."""


class FittedNormaliser(Normaliser):
    """Normaliser with values that are fitted to the windows of train before training begins.

    The values are buffers, so they are saved with the model's weights.
    """

    @abstractmethod
    def update(self, x: Float[Tensor, "batch n_channels *rest"]) -> None:
        """Include a batch of windows in the fit."""

    @abstractmethod
    def finish(self) -> None:
        """Set the fitted values, after the last batch.

        Raises
        ------
        ValueError
            If there was no batch.
        """
