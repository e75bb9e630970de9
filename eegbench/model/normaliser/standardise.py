"""Mean 0 and deviation 1 over the windows of train, for each channel, and each frequency of a spectrogram."""

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.model.normaliser.base import FittedNormaliser

EPSILON = 1e-15


class Standardise(FittedNormaliser):
    """Subtracts the mean of train and divides by its deviation.

    Parameters
    ----------
    shape
        Shape of a window: channels and samples, or channels, frequencies and frames.
    batch_moments
        Whether mean and deviation are the averages of those of batches, as was published with the Dreem Open Datasets
        (Guillot et al. 2020, doi:10.1109/TNSRE.2020.3011181), the last batch counting as much as the others. Otherwise
        they are those of all windows together, summed in float64.
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
        """Return the windows on the scale of train."""
        return (x - self.mean) / (self.deviation + EPSILON)

    def update(self, x: Float[Tensor, "batch n_channels *rest"]) -> None:
        """Take a batch of windows into account."""
        rows = x.detach().double().movedim(0, -2).flatten(-2)  # channels, (frequencies,) batch · times
        if self.batch_moments:
            self._n += 1
            self._first = self._first + rows.mean(-1)
            self._second = self._second + rows.std(-1)
            return
        n = rows.shape[-1]  # moments are merged, so that a large mean does not swallow a small deviation
        mean, squares = rows.mean(-1), rows.var(-1, correction=0) * n
        apart = mean - self._first
        total = self._n + n
        self._second = self._second + squares + apart.square() * self._n * n / total
        self._first = self._first + apart * n / total
        self._n = total

    def finish(self) -> None:
        """Set mean and deviation.

        Raises
        ------
        ValueError
            Where there was no batch.
        """
        if not self._n:
            raise ValueError("no window of train was given to fit mean and deviation.")
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
