"""Gradients of every score with respect to the input or a layer's output, with one backward pass per score.

The scores of a window depend on that window only, so the gradient of a score's sum over a batch contains the gradient
of every window, regardless of batch size. The gradient of the mean would decrease with it.
"""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.interpretability.base import Scores


def gradients(
    scores: Float[Tensor, "batch n_outputs"], of: Float[Tensor, "*shape"]
) -> Iterator[Float[Tensor, "*shape"]]:
    """Yield the gradient of each score, summed over windows, with respect to ``of``.

    There is one backward pass per score, because some operations do not support batched gradients
    (`eegbench.model.kernel.pooled_filter`), which would not be faster.
    """
    for score in scores.sum(0):
        (gradient,) = torch.autograd.grad(score, of, retain_graph=True)
        yield gradient


def time_gradients(
    scores: Scores, x: Float[Tensor, "batch n_channels n_times"]
) -> Float[Tensor, "n_outputs batch n_channels n_times"]:
    """Return the gradient of every score of every window with respect to its samples, in score per unit of signal."""
    x = x.detach().requires_grad_()
    with torch.enable_grad():
        return torch.stack(list(gradients(scores(x), x)))
