"""Encodings of the origin of a transformer's tokens: learned vectors, or electrode positions."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.types import Group

HEAD_RADIUS_M = 0.095
"""Divisor of positions, so that inputs are of order 1."""


class LearnedPositions(nn.Module):
    """Add a learned vector to each token, by its place in the sequence.

    Parameters
    ----------
    n_tokens
        Number of tokens.
    n_positions
        Number of vectors; those beyond the number of tokens are not trained. None for one per token.
    dim
        Size of a token.

    Raises
    ------
    ValueError
        If there are more tokens than vectors.
    """

    def __init__(self, n_tokens: int, n_positions: int | None, dim: int) -> None:
        super().__init__()
        n_positions = n_tokens if n_positions is None else n_positions
        if n_positions < n_tokens:
            raise ValueError(
                f"model.n_positions={n_positions}: there are {n_tokens} tokens, and each needs a position; set "
                "model.n_positions=null for one position per token."
            )
        self.vectors = nn.Parameter(torch.randn(n_positions, dim))

    def forward(self, x: Float[Tensor, "batch n_tokens dim"]) -> Float[Tensor, "batch n_tokens dim"]:
        """Return tokens with position information."""
        return x + self.vectors[: x.shape[1]]


class ElectrodePositions(nn.Module):
    """Add a function of the electrode's position, and a learned vector for the piece of time.

    Parameters
    ----------
    group
        Group with channel names and electrode positions.
    n_chunks
        Number of pieces of time per channel.
    dim
        Size of a token.

    Raises
    ------
    ValueError
        If a channel has no position.
    """

    places: Tensor

    def __init__(self, group: Group, n_chunks: int, dim: int) -> None:
        super().__init__()
        nowhere = [name for name, place in zip(group.channels, group.positions, strict=True) if np.isnan(place).any()]
        if nowhere:
            raise ValueError(
                f"model.positions=electrodes: {', '.join(nowhere[:5])} "
                f"{'has' if len(nowhere) == 1 else 'have'} no position; choose other channels with "
                "preprocessing.signal.channels=[…], or set model.positions=learned."
            )
        places = torch.as_tensor(group.positions / HEAD_RADIUS_M, dtype=torch.float32)
        self.register_buffer("places", places, persistent=False)
        self.of_place = nn.Sequential(nn.Linear(3, 2 * dim), nn.Tanh(), nn.Linear(2 * dim, dim), nn.Tanh())
        self.of_chunk = nn.Parameter(torch.randn(n_chunks, dim))

    def forward(self, x: Float[Tensor, "batch n_tokens dim"]) -> Float[Tensor, "batch n_tokens dim"]:
        """Return tokens with information on electrode and time."""
        vectors = self.of_place(self.places)[:, None] + self.of_chunk
        return x + vectors.flatten(0, 1)
