"""What an encoder of features promises: one vector of all numbers that come beside the signals of a window."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn


class FeatureEncoder(nn.Module, ABC):
    """Maps the features of windows to one vector.

    Attributes
    ----------
    given
        Names of the constructor's arguments that are no options: ``dim``, how many numbers a window has.
    out_dim
        Size of the vector.
    """

    given: ClassVar = ("dim",)
    out_dim: int

    @abstractmethod
    def forward(self, features: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch out_dim"]:
        """Return one vector a window."""
