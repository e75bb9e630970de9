"""Reordering of steps so that recurrent layers skip absent ones, and checks of sizes."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def present_first(present: Bool[Tensor, "batch length"]) -> Int[Tensor, "batch length"]:
    """Return the order that puts the present steps of each sequence first, in their original order."""
    return (~present).long().argsort(dim=1, stable=True)


def turned(present: Bool[Tensor, "batch length"]) -> Int[Tensor, "batch length"]:
    """Return the order that reverses the first steps of each sequence, as many as are present."""
    steps, n_present = torch.arange(present.shape[1], device=present.device), present.sum(1, keepdim=True)
    return torch.where(steps < n_present, n_present - 1 - steps, steps)


def in_order(
    z: Float[Tensor, "batch length dim"], order: Int[Tensor, "batch length"]
) -> Float[Tensor, "batch length dim"]:
    """Return the steps of each sequence in another order."""
    return z.gather(1, order.unsqueeze(2).expand(-1, -1, z.shape[2]))
