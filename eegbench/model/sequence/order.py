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


def check_sizes(**sizes: int) -> None:
    """Raise an error for sizes below 1.

    Raises
    ------
    ValueError
        With the name of the option.
    """
    for name, value in sizes.items():
        if value < 1:
            raise ValueError(f"{name}={value}: expected at least 1; set {name}=1 or more.")


def check_share(dropout: float) -> None:
    """Raise an error for a dropout probability outside [0, 1).

    Raises
    ------
    ValueError
        If it is negative, or 1 or more.
    """
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout={dropout:g}: expected 0 ≤ dropout < 1; set dropout=0.5.")
