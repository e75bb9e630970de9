"""Mean and second moments of all patches of signals, from which batch statistics of filter outputs follow.

Mean and variance of ``w · patch`` over all patches are ``w · m`` and ``w · C · w``, with the patches' mean m and
covariance C. Apart from edge effects, second moments of patches depend only on the distance of two samples, so they
are the signals' autocorrelation minus a correction at the edges.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import pad

from eegbench.model.kernel.segments import at_each_position, cut, rounded

N_PARTS = 64
"""Number of partial sums of products, which are added in double precision."""

STEP = 64
"""Number of samples whose gradient is computed in one matrix product."""


def patch_moments(
    signals: Float[Tensor, "n_signals n_times"], width: int, dtype: torch.dtype
) -> tuple[Float[Tensor, "width"], Float[Tensor, "width width"]]:
    """Return the mean of all patches of ``width`` samples, and of their outer products, in double precision.

    The matrix product in the backward pass is computed in ``dtype``.
    """
    mean, second = _PatchMoments.apply(signals, width, dtype)  # type: ignore[no-untyped-call]
    return mean, second


class _PatchMoments(torch.autograd.Function):
    """Patch moments; the gradient of a sample is a filter of its neighbours, minus a correction at the edges."""

    @staticmethod
    def forward(ctx: Any, signals: Tensor, width: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(signals)
        ctx.dtype = dtype
        n_outputs = signals.shape[1] - width + 1
        sums = pad(signals.sum(0).double().cumsum(0), (1, 0))
        first, last = signals[:, : width - 1], signals[:, n_outputs:]
        lacking = _before(first.T @ first) + _from(last.T @ last)
        by_lag = _autocorrelation(signals, width) - lacking
        n = len(signals) * n_outputs
        return (sums[n_outputs:] - sums[:width]) / n, _symmetric(by_lag) / n

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, to_mean: Tensor, to_second: Tensor) -> tuple[Tensor, None, None]:
        (signals,), width = ctx.saved_tensors, len(to_mean)
        n_signals, n_times = signals.shape
        n_outputs = n_times - width + 1
        n = n_signals * n_outputs
        both = ((to_second + to_second.T) / n).float()
        to_signals = _filtered(signals, _diagonal_sums(both), ctx.dtype)
        edges = _edges(both)
        to_signals[:, : width - 1] -= signals[:, : width - 1] @ edges[0]
        to_signals[:, n_outputs:] -= signals[:, n_outputs:] @ edges[1]
        ones = to_mean.new_ones(1, 1, n_outputs)
        to_signals += torch.nn.functional.conv_transpose1d(ones, to_mean[None, None] / n)[0].float()
        return to_signals, None, None


def _sums_of_products(left: Float[Tensor, "n p"], right: Float[Tensor, "n q"]) -> Float[Tensor, "p q"]:
    """Return ``left.T @ right`` as partial sums, added in double precision and distributed over cores."""
    n = len(left) // N_PARTS * N_PARTS
    parts = [rows[:n].unflatten(0, (N_PARTS, -1)) for rows in (left, right)]
    total = torch.bmm(parts[0].transpose(1, 2), parts[1]).double().sum(0)
    return total if n == len(left) else total + left[n:].T @ right[n:]


def _autocorrelation(signals: Float[Tensor, "n_signals n_times"], n_lags: int) -> Float[Tensor, "n_lags"]:
    """Return the sums of products of samples 0, 1, … apart, from products of frames with themselves and the next."""
    size = -(-n_lags // 16) * 16
    n_zeros = -signals.shape[1] % size + size  # a frame of zeros keeps signals apart
    frames = pad(signals, (0, n_zeros)).view(-1, size)
    pairs = ((frames, frames), (frames[:-1], frames[1:]))
    products = torch.cat([_sums_of_products(*pair) for pair in pairs], dim=1)
    return _by_lag(products, n_lags).sum(0)


def _by_lag(matrix: Float[Tensor, "n m"], n_lags: int) -> Float[Tensor, "n n_lags"]:
    """Return the upper diagonals as columns; row i begins at ``matrix[i, i]`` and is padded with zeros."""
    n = len(matrix)
    padded = pad(matrix, (0, max(0, n + n_lags - matrix.shape[1])))
    return padded.as_strided((n, n_lags), (padded.shape[1] + 1, 1))


def _before(products: Float[Tensor, "n n"]) -> Float[Tensor, "n_and_1 n_and_1"]:
    """Return the cumulative sums along each diagonal up to, but not including, a row, by row and lag."""
    n = len(products)
    return pad(_by_lag(products.double(), n + 1).cumsum(0), (0, 0, 1, 0))


def _from(products: Float[Tensor, "n n"]) -> Float[Tensor, "n_and_1 n_and_1"]:
    """Return the sums along each diagonal from a row to the end, by row and lag."""
    n = len(products)
    return pad(_by_lag(products.double(), n + 1).flip(0).cumsum(0).flip(0), (0, 0, 0, 1))


def _symmetric(by_lag: Float[Tensor, "n n"]) -> Float[Tensor, "n n"]:
    """Return the symmetric matrix with these values by row and lag."""
    n = len(by_lag)
    square = by_lag.new_zeros(n, 2 * n)
    square.as_strided((n, n), (2 * n + 1, 1)).copy_(by_lag)
    upper = square[:, :n]
    return upper + upper.triu(1).T


def _filtered(
    signals: Float[Tensor, "n_signals n_times"], taps: Float[Tensor, "n"], dtype: torch.dtype
) -> Float[Tensor, "n_signals n_times"]:
    """Return signals under a filter of an odd number of taps, as if zeros were around them."""
    n_signals, n_times = signals.shape
    shape = -(-n_times // STEP), STEP + len(taps) - 1, STEP
    segments = cut(signals, len(taps) // 2, shape, dtype, rounded(n_signals)).transpose(0, 1)
    out = segments.new_empty(segments.shape[1], len(segments), STEP)
    at_each = at_each_position(taps[None].to(dtype), STEP)[:, 0].T.expand(len(segments), -1, -1)
    torch.bmm(segments, at_each, out=out.transpose(0, 1))
    return out.flatten(1)[:n_signals, :n_times].float()


def _diagonal_sums(matrix: Float[Tensor, "n n"]) -> Float[Tensor, "n_lags"]:
    """Return the sums along all diagonals, from the lowest to the highest."""
    right, left = (_by_lag(square, len(matrix)).sum(0) for square in (matrix, matrix.T))
    return torch.cat([left[1:].flip(0), right])


def _edges(matrix: Float[Tensor, "n n"]) -> tuple[Float[Tensor, "m m"], Float[Tensor, "m m"]]:
    """Return the corrections for patches that begin before the first sample or end after the last one."""
    n = len(matrix) - 1
    before, behind = (_symmetric(sums[1 : n + 1, :n].float()) for sums in (_from(matrix), _before(matrix)))
    return before, behind
