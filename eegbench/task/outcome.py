"""Outcome of a task on a batch: sums with their counts, which can be added over batches and processes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jaxtyping import Float, Int
from torch import Tensor

Count = Int[Tensor, ""] | int
"""A number of examples; a tensor if it is computed on the device."""

Weight = Float[Tensor, ""] | Count
"""A number of examples, or the sum of their weights."""


@dataclass(frozen=True)
class Answers:
    """Right and predicted answers of a task, as indices into its classes.

    Attributes
    ----------
    right
        Right answer for each example (n,); −1 if there is none.
    predicted
        Predicted answer for each example (n,).
    """

    right: Int[Tensor, "n"]
    predicted: Int[Tensor, "n"]


@dataclass(frozen=True)
class Outcome:
    """Loss, metrics and answers for some examples.

    Attributes
    ----------
    loss_sum
        Sum of the losses, a scalar. The trainer divides it by the sum of ``n`` over all processes.
    n
        Number of losses in the sum, or the sum of their weights if they are weighted.
    sums
        For each metric of the task, a sum over examples and the number of terms in it.
    answers
        None if the task has no right answers.
    """

    loss_sum: Float[Tensor, ""]
    n: Weight
    sums: Mapping[str, tuple[Tensor, Count]] = field(default_factory=dict)
    answers: Answers | None = None


def answered(loss: Float[Tensor, ""], right: Int[Tensor, "n"], predicted: Int[Tensor, "n"]) -> Outcome:
    """Return the outcome for examples that all have a right answer, with the metric ``accuracy``.

    Parameters
    ----------
    loss
        Mean loss of the examples.
    right, predicted
        As in `Answers`.
    """
    n = len(right)
    return Outcome(sum_of_mean(loss, n), n, {"accuracy": ((predicted == right).sum(), n)}, Answers(right, predicted))


def weighted(
    loss_sum: Float[Tensor, ""], weight: Float[Tensor, ""], right: Int[Tensor, "n"], predicted: Int[Tensor, "n"]
) -> Outcome:
    """Return the outcome for examples that all have a right answer, and weights in the loss but not in ``accuracy``.

    Parameters
    ----------
    loss_sum
        Sum of the losses, each multiplied by its weight.
    weight
        Sum of the weights.
    right, predicted
        As in `Answers`.
    """
    accuracy = ((predicted == right).sum(), len(right))
    return Outcome(loss_sum, weight, {"accuracy": accuracy}, Answers(right, predicted))


def sum_of_mean(mean: Float[Tensor, ""], n: int) -> Float[Tensor, ""]:
    """Return the sum of n losses from their mean.

    The sum is in double precision, so that division by ``n`` gives the mean and its gradient bit for bit.
    """
    return mean.double() * n
