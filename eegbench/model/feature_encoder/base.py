"""Base class of encoders of features: one vector from all additional features of a window."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn


class FeatureEncoder(nn.Module, ABC):
    """Map the features of windows to one vector.

    Attributes
    ----------
    given
        Names of constructor arguments that are not options: ``dim``, the number of features of a window.
    out_dim
        Size of the vector.
    """

    given: ClassVar = ("dim",)
    out_dim: int

    @abstractmethod
    def forward(self, features: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch out_dim"]:
        """Return one vector per window."""
