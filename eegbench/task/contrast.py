"""Contrastive losses, and the metric of contrastive tasks."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from eegbench.distributed import gather, n_before


def n_first(scores: Float[Tensor, "n n_candidates"], positive: Int[Tensor, "n"]) -> Int[Tensor, ""]:
    """Count the rows in which the positive candidate has a higher score than every other candidate."""
    column = positive.unsqueeze(1)
    others = scores.scatter(1, column, -torch.inf)
    return (scores.gather(1, column) > others).all(1).sum()


def similarities(z: Float[Tensor, "n dim"], temperature: float) -> tuple[Float[Tensor, "n n_all"], Int[Tensor, "n"]]:
    """Return cosine similarities to the views of all processes divided by a temperature, and each view's own column.

    The similarity of a view to itself is −∞.
    """
    z = nn.functional.normalize(z, dim=1)
    own = torch.arange(len(z), device=z.device) + n_before(len(z))
    return (z @ gather(z).T / temperature).scatter(1, own.unsqueeze(1), -torch.inf), own


def nt_xent(z: Float[Tensor, "n dim"], temperature: float) -> tuple[Float[Tensor, ""], Int[Tensor, ""]]:
    """Return the mean NT-Xent loss of views, and the number of views whose positive is the most similar one.

    The two views of a window are adjacent rows, and positives of each other; all other views of all processes are
    negatives.
    """
    similarity, own = similarities(z, temperature)
    positive = own + 1 - 2 * (own % 2)
    return nn.functional.cross_entropy(similarity, positive), n_first(similarity, positive)
