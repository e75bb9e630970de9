"""Maps of attention: the mean of each class and the maps of all windows, with the meaning of each token."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from eegbench.interpretability.base import Attribution
from eegbench.model.token_table import TokenTable


@dataclass(frozen=True)
class AttentionMap(Attribution):
    """The mean map of each class, and the maps of all windows.

    Attributes
    ----------
    tokens
        Meaning of each token.
    matrices
        For each class, the mean proportion of each token (rows) that comes from each token (columns).
    by_window
        For each window, the proportion of each token, without the class token.
    windows
        One row per window: ``label, predicted, confidence, used``, ``condition`` (name of the label), and facts of the
        scene.
    """

    tokens: TokenTable = field(kw_only=True)
    matrices: Float[np.ndarray, "n_classes n_tokens n_tokens"] = field(kw_only=True)
    by_window: Float[np.ndarray, "n n_signal_tokens"] = field(kw_only=True)
    windows: pd.DataFrame = field(kw_only=True)

    @property
    def drawn(self) -> Attribution:
        """Map relative to an even share, because shares of many tokens are all small and differ little."""
        error, n = self.standard_error, self.by_window.shape[1]
        assert error is not None
        measure = "attention over an even share (1: twice as much)"
        subjects = None if self.by_subject is None else self.by_subject.over_even_share(n)
        return replace(self, values=self.values * n - 1, standard_error=error * n, measure=measure, by_subject=subjects)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays for npz: the map of each window with its facts, and the mean matrices."""
        known = {str(name): column.to_numpy() for name, column in self.windows.items()}
        known = {name: one.astype(np.str_) if one.dtype.kind not in "biuf" else one for name, one in known.items()}
        return {"by_window": self.by_window, "matrices": self.matrices.astype(np.float32), **known}

    @property
    def by_chunk(self) -> Float[np.ndarray, "n_classes n_channels n_chunks"]:
        """Mean map of each class, with one number per token; NaN for a class without windows."""
        label = self.windows["label"].where(self.windows["used"], -1).to_numpy()
        means, _ = means_by_class(self.by_window, label, len(self.outputs))
        return means[:, self.tokens.of_signal - 1]

    @property
    def between_channels(self) -> Float[np.ndarray, "n_classes n_channels n_channels"]:
        """Proportion of each channel (rows) that comes from each channel (columns), averaged over pieces of time."""
        return between_channels(self.matrices, self.tokens.of_signal)


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
    """Return the mean map of each class and its standard error; NaN where there is no window, or one."""
    means, errors = np.full((2, n_classes, by_window.shape[1]), np.nan)
    for one in range(n_classes):
        maps = by_window[label == one].astype(np.float64)
        if len(maps):
            means[one] = maps.mean(0)
        if len(maps) > 1:
            errors[one] = maps.std(0, ddof=1) / len(maps) ** 0.5
    return means, errors


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
