"""What a normaliser promises: the same windows on another scale, or as spectrograms."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn


class Normaliser(nn.Module, ABC):
    """Maps the windows of a group; several follow each other.

    Attributes
    ----------
    given
        Names of the constructor's arguments that are no options: ``shape``, the shape of a window that comes in, and
        ``sfreq``, the signals' sampling rate in Hz.
    out_shape
        Shape of a window that goes out.
    """

    given: ClassVar = ("shape", "sfreq")
    out_shape: tuple[int, ...]

    @abstractmethod
    def forward(self, x: Float[Tensor, "batch n_channels *rest"]) -> Float[Tensor, "batch n_channels *out"]:
        """Return the windows, normalised."""


class FittedNormaliser(Normaliser):
    """Normalises with numbers that it learns from the windows of train, before training begins.

    They are buffers, and so are saved with the model's weights.
    """

    @abstractmethod
    def update(self, x: Float[Tensor, "batch n_channels *rest"]) -> None:
        """Take a batch of windows into account."""

    @abstractmethod
    def finish(self) -> None:
        """Set the numbers, after the last batch.

        Raises
        ------
        ValueError
            Where there was none.
        """
