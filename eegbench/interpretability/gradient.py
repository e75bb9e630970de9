"""How every score of a network changes with its input, or with a layer's output: one way back for each score.

Each window's scores depend on that window alone, so the gradient of a score's sum over a batch holds the gradient of
every window, whatever the size of the batch. The gradient of the mean would shrink with it.
"""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.interpretability.base import Scores


def gradients(
    scores: Float[Tensor, "batch n_outputs"], of: Float[Tensor, "*shape"]
) -> Iterator[Float[Tensor, "*shape"]]:
    """Yield the gradient of each score, summed over windows, with respect to what it was computed from.

    The way back is gone once for each score: not every operation of ours can be gone back for several at a time
    (`eegbench.model.kernel.pooled_filter`), and what one of them takes is the same.
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
