"""Multinomial logistic regression, fitted with one strength after the other in coordinates in which that is easy.

Along the principal axes of the classes' weighted features the curvature is nearly diagonal, and bounded by half the
variance along each axis plus what the penalty adds (Böhning 1992, doi:10.1007/BF00048682). Scaled by the bound,
L-BFGS takes a few dozen iterations where standardised features take hundreds, and a small gradient there means that
the weights themselves have converged.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from eegbench.trainer.without_compiler import without_compiler

GRADIENT = 1e-6
"""The largest entry of a converged fit's gradient, of the mean loss in scaled coordinates."""


@dataclass(frozen=True)
class Fit:
    """Weights for one strength.

    Attributes
    ----------
    C
        The strength's inverse.
    weight, bias
        Scores are ``features @ weight.T + bias``.
    n_iter
        Iterations of L-BFGS.
    has_converged
        Whether the gradient is small.
    """

    C: float
    weight: Float[Tensor, "n_classes dim"]
    bias: Float[Tensor, "n_classes"]
    n_iter: int
    has_converged: bool


def fits(
    features: Float[Tensor, "n dim"], labels: Int[Tensor, "n"], strengths: tuple[float, ...], *, max_iter: int
) -> Iterator[Fit]:
    """Fit standardised features with each inverse strength in turn, each fit beginning with the weights of the last.

    What is sought is scikit-learn's optimum: ``C`` times the sum of losses, every class weighing the same, plus half
    the squared weights of standardised features, without the bias; of two classes, of the difference of their rows.

    Parameters
    ----------
    features
        In double precision; not standardised yet.
    labels
        From 0; every class has some.
    strengths
        Inverse strengths of regularisation.
    max_iter
        Iterations at most, for each.
    """
    targets = torch.nn.functional.one_hot(labels).T.double()  # a row a class: softmax is fastest along the windows
    targets /= targets.sum(1, keepdim=True) * len(targets)  # the weight of each window
    share = targets.sum(0)
    scale = _deviation(features)
    centre = share @ features
    x = (features - centre) / scale
    variance, axes = torch.linalg.eigh((x.T * share) @ x)
    x = x @ axes
    weight, bias = x.new_zeros(len(targets), x.shape[1]), x.new_zeros(len(targets))
    for C in strengths:
        penalty = (2 if len(bias) == 2 else 1) / (C * len(x))
        unit = (variance.clamp_min(0) / 2 + penalty).rsqrt()
        loss = _Loss(x, targets, share, unit, penalty, weight / unit, bias)
        n_iter = loss.descend(max_iter)
        weight, bias = loss.weight * unit, loss.bias
        of_features = weight @ axes.T / scale
        yield Fit(C, of_features, bias - of_features @ centre, n_iter, loss.steepness() <= GRADIENT)


class _Loss:
    """The mean loss and its gradient, of weights along scaled axes."""

    def __init__(
        self, x: Tensor, targets: Tensor, share: Tensor, unit: Tensor, penalty: float, weight: Tensor, bias: Tensor
    ) -> None:
        self.x, self.targets, self.share, self.unit = x, targets, share, unit
        self.penalty = penalty * unit.square()
        self.weight, self.bias = weight.clone(), bias.clone()

    def __call__(self) -> float:
        """Return the loss, and leave its gradient in the weights."""
        logs = torch.addmm(self.bias[:, None], self.weight * self.unit, self.x.T).log_softmax(0)
        missed = logs.exp() * self.share - self.targets
        penalised = self.weight * self.penalty
        self.weight.grad = missed @ self.x * self.unit + penalised
        self.bias.grad = missed.sum(1)
        return float((self.weight * penalised).sum() / 2 - (self.targets * logs).sum())

    def descend(self, max_iter: int) -> int:
        """Go down to the optimum, and return the number of iterations."""
        optimizer = without_compiler(
            lambda: torch.optim.LBFGS(
                [self.weight, self.bias],
                max_iter=max_iter,
                max_eval=25 * max_iter,  # as many as there may be in the search along every line
                tolerance_grad=GRADIENT,
                tolerance_change=0,
                line_search_fn="strong_wolfe",
            )
        )
        optimizer.step(self)
        return int(optimizer.state[self.weight]["n_iter"])

    def steepness(self) -> float:
        """Return the largest entry of the gradient."""
        self()
        assert self.weight.grad is not None
        assert self.bias.grad is not None
        return max(float(self.weight.grad.abs().max()), float(self.bias.grad.abs().max()))


def _deviation(features: Float[Tensor, "n dim"]) -> Float[Tensor, "dim"]:
    """Return the standard deviation of each feature, 1 where it is constant but for rounding."""
    deviation, mean = torch.std_mean(features, 0, correction=0)
    is_constant = deviation <= len(features) * torch.finfo(features.dtype).eps * mean.abs()
    return deviation.masked_fill(is_constant, 1.0)
