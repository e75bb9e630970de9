"""Correlations over windows from batches, for the real order and for shuffled outcomes."""

import torch
from jaxtyping import Float
from torch import Tensor


class CorrelationSums:
    """Running sums for Pearson correlations of causes (C channels, F frequencies) with K outcomes, on the device.

    Products are summed in float32: rounding changes a correlation by about 1e-6 times mean over standard deviation of
    both sides. All other sums are in float64.

    Parameters
    ----------
    shape
        C and F.
    n_outcomes
        K.
    n_shuffles
        Number of times that outcomes are shuffled over the windows of each batch. The resulting correlations are those
        expected by chance, for causes that are independent between windows and have no effect.
    generator
        Source of the shuffles; its device holds the sums.
    """

    def __init__(self, shape: tuple[int, int], n_outcomes: int, n_shuffles: int, generator: torch.Generator) -> None:
        self.shape, self.n_shuffles, self.generator = shape, n_shuffles, generator
        self.n = 0
        n_causes, device = shape[0] * shape[1], generator.device
        self.causes = torch.zeros(2, n_causes, dtype=torch.float64, device=device)  # sums, and sums of squares
        self.outcomes = torch.zeros(2, n_outcomes, dtype=torch.float64, device=device)
        self.products = torch.zeros((1 + n_shuffles) * n_outcomes, n_causes, device=device)

    def add(self, causes: Float[Tensor, "batch C F"], outcomes: Float[Tensor, "batch K"]) -> None:
        """Add a batch to the sums."""
        flat = causes.flatten(1)
        self.n += len(flat)
        self.causes += _sums(flat)
        self.outcomes += _sums(outcomes)
        self.products.addmm_(outcomes[self._orders(len(flat))].transpose(1, 2).flatten(0, 1), flat)

    def correlations(self) -> Float[Tensor, "n_orders K C F"]:
        """Return the correlations for the real order first, then for each shuffle; 0 with a constant."""
        (cause, cause_scale), (outcome, outcome_scale) = self._form(self.causes), self._form(self.outcomes)
        r = self.products.double().div_(self.n).unflatten(0, (-1, len(outcome)))
        r.sub_(outcome[:, None] * cause).mul_(outcome_scale[:, None]).mul_(cause_scale)
        return r.clamp_(-1, 1).unflatten(2, self.shape)

    def _orders(self, n: int) -> Tensor:
        """Return the real order of a batch, followed by shuffled ones (1 + n_shuffles, n)."""
        device = self.generator.device
        shuffled = torch.rand(self.n_shuffles, n, generator=self.generator, device=device).argsort(1)
        return torch.cat([torch.arange(n, device=device)[None], shuffled])

    def _form(self, sums: Tensor) -> tuple[Tensor, Tensor]:
        """Return means, and 1 / standard deviation, or 0 if values are constant up to the rounding of float32."""
        mean, square = sums / self.n
        variance = square - mean.square()
        varies = variance > torch.finfo(torch.float32).eps ** 2 * square
        return mean, variance.where(varies, torch.inf).rsqrt()


def _sums(values: Float[Tensor, "batch n"]) -> Float[Tensor, "2 n"]:
    wide = values.double()  # before squaring, because the rounding of squares would hide that values are constant
    return torch.stack([wide.sum(0), wide.square().sum(0)])
