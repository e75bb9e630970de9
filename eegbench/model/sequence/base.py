"""What a sequence encoder promises: a vector for each step of a sequence, made of the steps around it."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Bool, Float
from torch import Tensor, nn


class SequenceEncoder(nn.Module, ABC):
    """Maps sequences of embeddings to sequences of vectors of the same length.

    Attributes
    ----------
    given
        Names of the constructor's arguments that are no options: ``in_dim``, the size of an embedding.
    causal
        Whether a step depends on itself and earlier steps only.
    out_dim
        Size of a vector.
    """

    given: ClassVar = ("in_dim",)
    causal: bool
    out_dim: int

    @abstractmethod
    def forward(
        self, z: Float[Tensor, "batch length in_dim"], present: Bool[Tensor, "batch length"]
    ) -> Float[Tensor, "batch length out_dim"]:
        """Return a vector for each step.

        Parameters
        ----------
        z
            Embeddings in order of time.
        present
            False where a sequence has no window, as beyond the ends of a recording; those steps have no influence.
        """
