"""Base class of sequence encoders: a vector for each step, computed from the steps around it."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Bool, Float
from torch import Tensor, nn


class SequenceEncoder(nn.Module, ABC):
    """Map sequences of embeddings to sequences of vectors of the same length.

    Attributes
    ----------
    given
        Names of constructor arguments that are not options: ``in_dim``, the size of an embedding.
    causal
        Whether a step depends only on itself and earlier steps.
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
            False for absent windows, such as those beyond the ends of a recording; they have no influence.
        """
