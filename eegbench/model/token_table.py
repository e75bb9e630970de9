"""Table of an encoder's tokens: each stands for a channel and a piece of time, or for all of the window."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

CLASS_TOKEN = -1
"""Channel index of a token for all of the window."""


@dataclass(frozen=True)
class TokenTable:
    """Channels and times of the tokens, in the order of the network.

    Attributes
    ----------
    channels
        Names of the channels.
    channel
        Index of each token's channel; −1 for the class token.
    chunk
        Index of each token's piece of time, from 0; −1 for the class token.
    start_s, duration_s
        Start, relative to the window's start, and duration in seconds.
    """

    channels: tuple[str, ...]
    channel: Int[np.ndarray, "n_tokens"]
    chunk: Int[np.ndarray, "n_tokens"]
    start_s: Float[np.ndarray, "n_tokens"]
    duration_s: Float[np.ndarray, "n_tokens"]

    def __len__(self) -> int:
        return len(self.channel)

    @property
    def n_chunks(self) -> int:
        """Number of pieces of time."""
        return int(self.chunk.max()) + 1

    @property
    def of_signal(self) -> Int[np.ndarray, "n_channels n_chunks"]:
        """Position of the token of each channel and piece of time."""
        grid = np.full((len(self.channels), self.n_chunks), -1, dtype=np.int64)
        rows = np.flatnonzero(self.channel != CLASS_TOKEN)
        grid[self.channel[rows], self.chunk[rows]] = rows
        return grid


def channel_major(channels: tuple[str, ...], n_chunks: int, chunk_s: float) -> TokenTable:
    """Return the table of a class token followed by all pieces of the first channel, then of the second, and so on."""
    channel = np.repeat(np.arange(len(channels)), n_chunks)
    chunk = np.tile(np.arange(n_chunks), len(channels))
    return TokenTable(
        channels=channels,
        channel=np.r_[CLASS_TOKEN, channel],
        chunk=np.r_[CLASS_TOKEN, chunk],
        start_s=np.r_[0.0, chunk * chunk_s],
        duration_s=np.r_[n_chunks * chunk_s, np.full(len(chunk), chunk_s)],
    )
