"""What tells a transformer where a token comes from: learned vectors, or the places of electrodes."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.types import Group

HEAD_RADIUS_M = 0.095
"""Places are divided by it, so that inputs are of order 1."""


class LearnedPositions(nn.Module):
    """Adds a learned vector to each token, by its place in the sequence.

    Parameters
    ----------
    n_positions
        Vectors; those of places that no token has are not trained.
    dim
        Size of a token.

    Raises
    ------
    ValueError
        From ``forward``, where there are more tokens than vectors.
    """

    def __init__(self, n_positions: int, dim: int) -> None:
        super().__init__()
        self.vectors = nn.Parameter(torch.randn(n_positions, dim))

    def forward(self, x: Float[Tensor, "batch n_tokens dim"]) -> Float[Tensor, "batch n_tokens dim"]:
        """Return tokens that know their place."""
        if x.shape[1] > len(self.vectors):
            raise ValueError(f"model.n_positions={len(self.vectors)}: {x.shape[1]} tokens need more; set null.")
        return x + self.vectors[: x.shape[1]]


class ElectrodePositions(nn.Module):
    """Adds a function of the electrode's place, and a learned vector for the piece of time.

    Parameters
    ----------
    group
        Names the channels and says where they are.
    n_chunks
        Pieces of time of each channel.
    dim
        Size of a token.

    Raises
    ------
    ValueError
        Where a channel has no place.
    """

    places: Tensor

    def __init__(self, group: Group, n_chunks: int, dim: int) -> None:
        super().__init__()
        nowhere = [name for name, place in zip(group.channels, group.positions, strict=True) if np.isnan(place).any()]
        if nowhere:
            raise ValueError(
                f"model.positions=electrodes: nobody knows where {', '.join(nowhere[:5])} "
                f"{'is' if len(nowhere) == 1 else 'are'}; leave it out with preprocessing.signal.channels=[…], or set "
                "model.positions=learned."
            )
        places = torch.as_tensor(group.positions / HEAD_RADIUS_M, dtype=torch.float32)
        self.register_buffer("places", places, persistent=False)
        self.of_place = nn.Sequential(nn.Linear(3, 2 * dim), nn.Tanh(), nn.Linear(2 * dim, dim), nn.Tanh())
        self.of_chunk = nn.Parameter(torch.randn(n_chunks, dim))

    def forward(self, x: Float[Tensor, "batch n_tokens dim"]) -> Float[Tensor, "batch n_tokens dim"]:
        """Return tokens that know their electrode and their piece of time."""
        vectors = self.of_place(self.places)[:, None] + self.of_chunk
        return x + vectors.flatten(0, 1)
