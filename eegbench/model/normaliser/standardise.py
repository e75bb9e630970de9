"""Standardisation with the mean and standard deviation of train, for each channel (and each frequency)."""

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.model.normaliser.base import FittedNormaliser

EPSILON = 1e-15


class Standardise(FittedNormaliser):
    """Subtract the mean of train and divide by its standard deviation.

    Parameters
    ----------
    shape
        Shape of a window: channels and samples, or channels, frequencies and frames.
    batch_moments
        Whether mean and standard deviation are averages over batches, as published with the Dreem Open Datasets
        (Guillot et al. 2020, doi:10.1109/TNSRE.2020.3011181), with equal weight for a shorter last batch. Otherwise
        they are computed over all windows together, in float64.
    """

    mean: Tensor
    deviation: Tensor
    _n: int
    _first: Tensor
    _second: Tensor

    def __init__(self, *, shape: tuple[int, ...], batch_moments: bool) -> None:
        super().__init__()
        self.out_shape, self.batch_moments = shape, batch_moments
        kept = (*shape[:-1], 1)
        self.register_buffer("mean", torch.zeros(kept))
        self.register_buffer("deviation", torch.ones(kept))
        self._reset()

    def forward(self, x: Float[Tensor, "batch n_channels *rest"]) -> Float[Tensor, "batch n_channels *rest"]:
        """Return the standardised windows."""
        return (x - self.mean) / (self.deviation + EPSILON)

    def update(self, x: Float[Tensor, "batch n_channels *rest"]) -> None:
        """Include a batch of windows in the moments."""
        rows = x.detach().double().movedim(0, -2).flatten(-2)  # channels, (frequencies,) batch · times
        if self.batch_moments:
            self._n += 1
            self._first = self._first + rows.mean(-1)
            self._second = self._second + rows.std(-1)
            return
        n = rows.shape[-1]  # merged moments, as a large mean would cancel a small deviation
        mean, squares = rows.mean(-1), rows.var(-1, correction=0) * n
        apart = mean - self._first
        total = self._n + n
        self._second = self._second + squares + apart.square() * self._n * n / total
        self._first = self._first + apart * n / total
        self._n = total

    def finish(self) -> None:
        """Set mean and standard deviation.

        Raises
        ------
        ValueError
            If there was no batch.
        """
        if not self._n:
            raise ValueError("train has no windows to fit mean and standard deviation; choose another split.")
        n = self._n
        mean = self._first / n if self.batch_moments else self._first
        deviation = self._second / n if self.batch_moments else (self._second / (n - 1)).sqrt()
        self.mean.copy_(mean.unsqueeze(-1))
        self.deviation.copy_(deviation.unsqueeze(-1))
        self._reset()

    def _reset(self) -> None:
        self._n = 0
        self._first = torch.zeros((), dtype=torch.float64)
        self._second = torch.zeros((), dtype=torch.float64)
