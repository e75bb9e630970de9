"""Mean attention matrices of classes, over the windows that have both tokens."""

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float


class MatrixTotals:
    """Sums of matrices by class, because the matrices of all windows would fill the memory."""

    def __init__(self, n_classes: int, n_tokens: int) -> None:
        self.total = np.zeros((n_classes, n_tokens, n_tokens))
        self.of_even = np.zeros_like(self.total)
        self.n = np.zeros(self.total.shape, dtype=np.int64)

    def add(
        self,
        matrix: Float[np.ndarray, "batch n_tokens n_tokens"],
        said: pd.DataFrame,
        there: Bool[np.ndarray, "batch n_tokens"],
    ) -> None:
        """Add the matrices of a batch; pairs with a token that a window lacks do not count."""
        for one in range(len(self.n)):
            rows = (said["used"] & (said["label"] == one)).to_numpy()
            pairs = there[rows, :, None] & there[rows, None, :]
            known = np.where(pairs, matrix[rows], 0).astype(np.float64)
            self.total[one] += known.sum(0)
            self.of_even[one] += np.tensordot(there[rows].sum(1).astype(np.float64), known, 1)
            self.n[one] += pairs.sum(0)

    def mean(self) -> Float[np.ndarray, "n_classes n_tokens n_tokens"]:
        """Return the mean over the windows that have both tokens; NaN without such windows."""
        return self._mean(self.total)

    def mean_over_even_share(self) -> Float[np.ndarray, "n_classes n_tokens n_tokens"]:
        """Return the mean of each window's matrix as multiples of an even share of its tokens."""
        return self._mean(self.of_even)

    def _mean(self, total: Float[np.ndarray, "n_classes n_tokens n_tokens"]) -> np.ndarray:
        return np.where(self.n > 0, total / np.maximum(self.n, 1), np.nan)
