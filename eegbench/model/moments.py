"""Mean and second moments of all patches of signals: what batch normalisation must know of a filter's outputs.

Mean and variance of ``w · patch`` over all patches are ``w · m`` and ``w · C · w``, with the patches' mean m and
covariance C. Second moments of patches depend almost on the distance of two samples alone, so they are the signals'
autocorrelation less what the edges lack.
"""

import torch
from jaxtyping import Float
from torch import Tensor

N_PARTS = 64
"""Sums of products are added up in double precision between so many parts."""


def patch_moments(
    signals: Float[Tensor, "n_signals n_times"], width: int
) -> tuple[Float[Tensor, "width"], Float[Tensor, "width width"]]:
    """Return the mean of all patches of ``width`` samples, and of their outer products, in double precision."""
    n_signals, n_times = signals.shape
    n_outputs = n_times - width + 1
    sums = torch.nn.functional.pad(signals.sum(0).double().cumsum(0), (1, 0))
    mean = sums[n_outputs:] - sums[:width]
    first, last = signals[:, : width - 1], signals[:, n_outputs:]
    lacking = _before(first.T @ first) + _from(last.T @ last)
    by_lag = _autocorrelation(signals, width) - lacking
    n = n_signals * n_outputs
    return mean / n, _symmetric(by_lag) / n


def sums_of_products(
    left: Float[Tensor, "n p"], right: Float[Tensor, "n q"], n_parts: int, dtype: torch.dtype
) -> Float[Tensor, "p q"]:
    """Return ``left.T @ right``, added up between parts in a better precision; they are also what cores share."""
    n = len(left) // n_parts * n_parts
    parts = [rows[:n].unflatten(0, (n_parts, -1)) for rows in (left, right)]
    products = torch.bmm(parts[0].transpose(1, 2), parts[1]).sum(0, dtype=dtype)
    return products if n == len(left) else products + left[n:].T @ right[n:]


def _autocorrelation(signals: Float[Tensor, "n_signals n_times"], n_lags: int) -> Float[Tensor, "n_lags"]:
    """Return the sums of products of samples 0, 1, … apart, from products of frames with themselves and the next."""
    size = -(-n_lags // 16) * 16
    n_zeros = -signals.shape[1] % size + size  # a frame of zeros keeps signals apart
    frames = torch.nn.functional.pad(signals, (0, n_zeros)).view(-1, size)
    pairs = ((frames, frames), (frames[:-1], frames[1:]))
    products = torch.cat([sums_of_products(*pair, N_PARTS, torch.float64) for pair in pairs], dim=1)
    return _by_lag(products, n_lags).sum(0)


def _by_lag(matrix: Float[Tensor, "n m"], n_lags: int) -> Float[Tensor, "n n_lags"]:
    """Return the diagonals right of the main one as columns; row i begins at ``matrix[i, i]``, zeros follow."""
    n = len(matrix)
    padded = torch.nn.functional.pad(matrix, (0, max(0, n + n_lags - matrix.shape[1])))
    return padded.as_strided((n, n_lags), (padded.shape[1] + 1, 1))


def _before(products: Float[Tensor, "n n"]) -> Float[Tensor, "n_and_1 n_and_1"]:
    """Return the sums along each diagonal up to a place, without it, by row and lag."""
    n = len(products)
    return torch.nn.functional.pad(_by_lag(products.double(), n + 1).cumsum(0), (0, 0, 1, 0))


def _from(products: Float[Tensor, "n n"]) -> Float[Tensor, "n_and_1 n_and_1"]:
    """Return the sums along each diagonal from a place on, by row and lag."""
    n = len(products)
    return torch.nn.functional.pad(_by_lag(products.double(), n + 1).flip(0).cumsum(0).flip(0), (0, 0, 0, 1))


def _symmetric(by_lag: Float[Tensor, "n n"]) -> Float[Tensor, "n n"]:
    """Return the matrix with these numbers by row and lag on both sides of its diagonal."""
    n = len(by_lag)
    square = by_lag.new_zeros(n, 2 * n)
    square.as_strided((n, n), (2 * n + 1, 1)).copy_(by_lag)
    upper = square[:, :n]
    return upper + upper.triu(1).T
