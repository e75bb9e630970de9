"""Multinomial logistic regression by a truncated Newton method, for several regularisation strengths.

The equations of each step are solved by preconditioned conjugate gradients. The preconditioner is the curvature of each
weight, or of the weights of a class. Products with the Hessian are computed without the matrix itself (a truncated
Newton method: Nocedal and Wright 2006, doi:10.1007/978-0-387-40065-5, chapter 7). The Newton decrement, which is the
expected decrease of the loss in a step, bounds the distance from the optimum for any strength and number of features. A
small gradient does not, if the classes are linearly separable.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

CLOSE = 1e-4
"""Maximum distance of a converged fit's weights from the optimum, as a share of their length."""

SHARE = 0.1
"""Relative tolerance of a step's equations, which limits the improvement by each step."""

ROUNDING = 1e-13
"""Relative increase of the loss that is accepted as rounding."""

SLOW = 0.3
"""Iterations of a step, as a share of the features, above which the better preconditioner is worth its cost."""

NOTHING = 1e-31
"""Newton decrement that is rounding only, e.g. if no feature is informative."""

SHORTEST = 1e-8
"""Smallest share of a step that is tried."""


@dataclass(frozen=True)
class Fit:
    """Weights for one regularisation strength.

    Attributes
    ----------
    C
        Inverse regularisation strength.
    weight, bias
        Scores are ``features @ weight.T + bias``.
    n_iter
        Number of iterations of conjugate gradients over all steps.
    has_converged
        Whether the weights are as close to the optimum as ``CLOSE`` says.
    """

    C: float
    weight: Float[Tensor, "n_classes dim"]
    bias: Float[Tensor, "n_classes"]
    n_iter: int
    has_converged: bool


def fits(
    features: Float[Tensor, "n dim"], labels: Int[Tensor, "n"], strengths: tuple[float, ...], *, max_iter: int
) -> Iterator[Fit]:
    """Fit standardised features with each inverse strength, starting from the weights of the previous fit.

    The objective is that of scikit-learn: ``C`` times the sum of losses with equal weights of classes, plus half the
    sum of squared weights of standardised features, without the bias. For two classes the penalty is on the difference
    of their rows.

    Parameters
    ----------
    features
        Features in double precision, not standardised.
    labels
        Classes counted from 0; every class occurs.
    strengths
        Inverse regularisation strengths.
    max_iter
        Maximum number of iterations for each strength.
    """
    targets = torch.nn.functional.one_hot(labels).T.double()  # a row a class: softmax is fastest along the windows
    targets /= targets.sum(1, keepdim=True) * len(targets)  # the weight of each window
    scale, centre = _deviation(features), features.mean(0)
    x = torch.cat([(features - centre) / scale, features.new_ones(len(features), 1)], dim=1)
    loss = _Loss(x, targets, targets.sum(0))
    weight = x.new_zeros(len(targets), x.shape[1])  # its last column is the bias
    for C in strengths:
        penalty = x.new_full((x.shape[1],), (2 if len(targets) == 2 else 1) / (C * len(x)))
        penalty[-1] = 0.0
        weight, n_iter, has_converged = loss.descend(weight, penalty, max_iter)
        of_features = weight[:, :-1] / scale
        yield Fit(C, of_features, weight[:, -1] - of_features @ centre, n_iter, has_converged)


class _Loss:
    """Weighted mean loss of windows, with its minimisation."""

    def __init__(self, x: Tensor, targets: Tensor, share: Tensor) -> None:
        self.x, self.targets, self.share = x, targets, share
        self.transposed, self.squares = x.T.contiguous(), x.square()
        self.is_slow = False

    def descend(self, weight: Tensor, penalty: Tensor, max_iter: int) -> tuple[Tensor, int, bool]:
        """Return the optimum's weights, the number of iterations, and whether it was reached."""
        n_iter = 0
        loss, logs = self.at(weight, penalty)
        while n_iter < max_iter:
            step, promise, more = self.step(weight, penalty, logs.exp(), max_iter - n_iter)
            n_iter += max(1, more)
            part = 1.0
            while (new := self.at(weight + part * step, penalty))[0] > loss - 1e-4 * part * promise + ROUNDING * loss:
                part /= 2
                if part < SHORTEST:
                    return weight, n_iter, False
            weight = weight + part * step
            loss, logs = new
            if part == 1.0 and promise <= max(CLOSE**2 * float((weight.square() * penalty).sum()), NOTHING):
                return weight, n_iter, True
        return weight, n_iter, False

    def at(self, weight: Tensor, penalty: Tensor) -> tuple[float, Tensor]:
        """Return the loss, and the logarithms of probabilities (a row a class)."""
        logs = (weight @ self.transposed).log_softmax(0)
        return float((weight.square() * penalty).sum() / 2 - (self.targets * logs).sum()), logs

    def step(self, weight: Tensor, penalty: Tensor, probabilities: Tensor, max_iter: int) -> tuple[Tensor, float, int]:
        """Return Newton's step, the square of its length in the Hessian's norm, and the number of iterations."""
        weighted = probabilities * self.share

        def hessian(of: Tensor) -> Tensor:
            scores = of @ self.transposed
            return (weighted * (scores - (probabilities * scores).sum(0))) @ self.x + of * penalty

        scale = self.scaling(weighted * (1 - probabilities), penalty)
        gradient = (weighted - self.targets) @ self.x + weight * penalty
        step, rest = torch.zeros_like(weight), -gradient
        scaled = scale(rest)
        direction, size = scaled, float((rest * scaled).sum())
        enough, n_iter = SHARE**2 * size, 0
        while n_iter < max_iter and size > enough:
            bent = hessian(direction)
            length = size / float((direction * bent).sum())
            step, rest = step + length * direction, rest - length * bent
            scaled = scale(rest)
            before, size = size, float((rest * scaled).sum())
            direction = scaled + size / before * direction
            n_iter += 1
        self.is_slow |= n_iter > SLOW * weight.shape[1]
        return step, -float((gradient * step).sum()), n_iter

    def scaling(self, curved: Tensor, penalty: Tensor) -> Callable[[Tensor], Tensor]:
        """Return the preconditioner: by the curvature of each weight or, after slow steps, of the weights of a class.

        The sum of weights over classes stays 0, as at the optimum. The loss does not depend on this sum, only the
        penalty does, and this low curvature would need many iterations.
        """
        if self.is_slow:
            of_class = torch.stack([(self.transposed * each) @ self.x for each in curved])
            of_class.diagonal(dim1=1, dim2=2).mul_(1 + ROUNDING).add_(penalty)
            factors, failed = torch.linalg.cholesky_ex(of_class)
            if not failed.any():
                inverse = torch.cholesky_inverse(factors)
                of_sum = torch.linalg.inv(inverse.sum(0))

                def by_class(rest: Tensor) -> Tensor:
                    steps = torch.einsum("kde,ke->kd", inverse, rest)
                    return steps - inverse @ (of_sum @ steps.sum(0))

                return by_class
        each = 1 / (curved @ self.squares + penalty).clamp_min(torch.finfo(curved.dtype).tiny)
        return lambda rest: each * (rest - (each * rest).sum(0) / each.sum(0))


def _deviation(features: Float[Tensor, "n dim"]) -> Float[Tensor, "dim"]:
    """Return the standard deviation of each feature; 1 if it is constant up to rounding."""
    deviation, mean = torch.std_mean(features, 0, correction=0)
    is_constant = deviation <= len(features) * torch.finfo(features.dtype).eps * mean.abs()
    return deviation.masked_fill(is_constant, 1.0)
