"""What a reducer promises: one vector of all steps."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn


class Reducer(nn.Module, ABC):
    """Maps steps of features to one vector.

    Attributes
    ----------
    given
        Names of the constructor's arguments that are no options: ``dim``, the features of a step, and ``n_steps``.
    out_dim
        Size of the vector.
    """

    given: ClassVar = ("dim", "n_steps")
    out_dim: int

    @abstractmethod
    def forward(self, steps: Float[Tensor, "batch dim n_steps"]) -> Float[Tensor, "batch out_dim"]:
        """Return one vector a window."""
