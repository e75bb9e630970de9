"""Base class of reducers: from a sequence of steps to one vector."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn


class Reducer(nn.Module, ABC):
    """Map steps of features to one vector.

    Attributes
    ----------
    given
        Names of constructor arguments that are not options: ``dim``, the features of a step, and ``n_steps``.
    out_dim
        Size of the vector.
    """

    given: ClassVar = ("dim", "n_steps")
    out_dim: int

    @abstractmethod
    def forward(self, steps: Float[Tensor, "batch dim n_steps"]) -> Float[Tensor, "batch out_dim"]:
        """Return one vector per window."""
