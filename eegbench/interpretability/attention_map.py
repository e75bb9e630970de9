"""Maps of attention: the mean of each class and the maps of all windows, with the meaning of each token."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from eegbench.interpretability.base import Attribution
from eegbench.interpretability.spread import deviation, mean_there
from eegbench.model.token_table import TokenTable

EVEN_MATRICES = "matrices_over_even_share"
"""Name of the array of matrices as multiples of an even share, in npz."""


@dataclass(frozen=True)
class AttentionMap(Attribution):
    """The mean map of each class, and the maps of all windows.

    Attributes
    ----------
    tokens
        Meaning of each token.
    matrices
        For each class, the mean proportion of each token (rows) that comes from each token (columns).
        NaN where no window has both channels.
    matrices_over_even_share
        The same, each window as multiples of an even share of its tokens; None where rows are not shares.
    by_window
        For each window, the proportion of each token, without the class token; NaN for channels that a window lacks.
    over_even_share
        Map relative to an even share of the tokens that each window has; None where maps are not shares.
    windows
        One row per window: ``label, predicted, confidence, used``, ``condition`` (name of the label), and facts of the
        scene.
    """

    tokens: TokenTable = field(kw_only=True)
    matrices: Float[np.ndarray, "n_classes n_tokens n_tokens"] = field(kw_only=True)
    matrices_over_even_share: Float[np.ndarray, "n_classes n_tokens n_tokens"] | None = field(kw_only=True)
    by_window: Float[np.ndarray, "n n_signal_tokens"] = field(kw_only=True)
    windows: pd.DataFrame = field(kw_only=True)
    over_even_share: Attribution | None = field(kw_only=True)

    @property
    def drawn(self) -> Attribution:
        """Map relative to an even share, because shares of many tokens are all small and differ little.

        Maps that are not shares stay as they are.
        """
        return self if self.over_even_share is None else self.over_even_share

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays for npz: the map of each window with its facts, and the mean matrices."""
        known = {str(name): column.to_numpy() for name, column in self.windows.items()}
        known = {name: one.astype(np.str_) if one.dtype.kind not in "biuf" else one for name, one in known.items()}
        matrices = {"matrices": self.matrices, EVEN_MATRICES: self.matrices_over_even_share}
        kept = {name: one.astype(np.float32) for name, one in matrices.items() if one is not None}
        return {"by_window": self.by_window, **kept, **known}

    @property
    def by_chunk(self) -> Float[np.ndarray, "n_classes n_channels n_chunks"]:
        """Map of each class as it is drawn, with one number per token; NaN for a class without windows."""
        at = chunk_of(np.asarray(self.places), self.tokens)
        return self.drawn.values[:, :, np.unique(at, return_index=True)[1][: self.tokens.n_chunks]]

    @property
    def between_channels(self) -> Float[np.ndarray, "n_classes n_channels n_channels"]:
        """Attention of each channel (rows) to each channel (columns) as it is drawn, averaged over pieces of time.

        These are multiples of an even share, or the matrices as they are where rows are not shares.
        """
        even = self.matrices_over_even_share
        return between_channels(self.matrices if even is None else even, self.tokens.of_signal)


def between_channels(
    matrices: Float[np.ndarray, "n_classes n_tokens n_tokens"], grid: Int[np.ndarray, "n_channels n_chunks"]
) -> Float[np.ndarray, "n_classes n_channels n_channels"]:
    """Return the mean of matrices over the pieces of time of both channels.

    Parameters
    ----------
    matrices
        For each class, the proportion of each token (rows) that comes from each token (columns).
    grid
        Position of the token of each channel and piece of time.
    """
    flat = matrices[:, grid.ravel()][:, :, grid.ravel()]
    parts = flat.reshape(len(flat), *grid.shape, *grid.shape)
    return np.asarray(parts.mean(axis=(2, 4)))


def stored_grid(facts: Mapping[str, Any]) -> Int[np.ndarray, "n_channels n_chunks"]:
    """Return the position of the token of each channel and piece of time, from the output of `facts_of`.

    Raises
    ------
    ValueError
        If channels have different numbers of tokens.
    """
    owners = [token["channel"] for token in facts["tokens"]]
    return np.array([[i for i, owner in enumerate(owners) if owner == name] for name in facts["channels"]])


def means_by_class(
    by_window: Float[np.ndarray, "n n_signal_tokens"], label: np.ndarray, n_classes: int
) -> tuple[Float[np.ndarray, "n_classes n_signal_tokens"], Float[np.ndarray, "n_classes n_signal_tokens"]]:
    """Return the mean map of each class and its standard error, over the windows that have the token.

    Means are NaN where there is no such window, errors also where there is one.
    """
    means, errors = np.full((2, n_classes, by_window.shape[1]), np.nan)
    for one in range(n_classes):
        maps = by_window[label == one].astype(np.float64)
        if len(maps):
            means[one] = mean_there(maps)
            errors[one] = deviation(maps) / np.sqrt(np.maximum(np.isfinite(maps).sum(axis=0), 1))
    return means, errors


def chunk_of(times_s: Float[np.ndarray, "n_times"], tokens: TokenTable) -> Int[np.ndarray, "n_times"]:
    """Return the piece of time of each sample; numbers from ``tokens.n_chunks`` on are outside all tokens."""
    return np.floor(times_s / tokens.duration_s[1] + 1e-6).astype(int)


def facts_of(found: AttentionMap) -> dict[str, Any]:
    """Return the description of the arrays of a map, for a JSON file next to them."""
    table = found.tokens
    return {
        "channels": list(table.channels),
        "classes": list(found.outputs),
        "tokens": [
            {"channel": None if c < 0 else table.channels[c], "start_s": float(start), "duration_s": float(length)}
            for c, start, length in zip(table.channel, table.start_s, table.duration_s, strict=True)
        ],
        "measure": found.measure,
    }
