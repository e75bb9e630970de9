"""Metric of contrastive tasks."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def n_first(scores: Float[Tensor, "n n_candidates"], positive: Int[Tensor, "n"]) -> Int[Tensor, ""]:
    """Count the rows in which the positive candidate has a higher score than every other candidate."""
    column = positive.unsqueeze(1)
    others = scores.scatter(1, column, -torch.inf)
    return (scores.gather(1, column) > others).all(1).sum()
