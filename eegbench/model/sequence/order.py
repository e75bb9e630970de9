"""Steps of sequences put in order, so that recurrent layers skip those that are absent; sizes checked."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def present_first(present: Bool[Tensor, "batch length"]) -> Int[Tensor, "batch length"]:
    """Return the order that puts the present steps of each sequence first, as they follow each other."""
    return (~present).long().argsort(dim=1, stable=True)


def turned(present: Bool[Tensor, "batch length"]) -> Int[Tensor, "batch length"]:
    """Return the order that turns the first steps of each sequence round, as many as are present."""
    steps, n_present = torch.arange(present.shape[1], device=present.device), present.sum(1, keepdim=True)
    return torch.where(steps < n_present, n_present - 1 - steps, steps)


def in_order(
    z: Float[Tensor, "batch length dim"], order: Int[Tensor, "batch length"]
) -> Float[Tensor, "batch length dim"]:
    """Return the steps of each sequence in another order."""
    return z.gather(1, order.unsqueeze(2).expand(-1, -1, z.shape[2]))


def check_sizes(**sizes: int) -> None:
    """Refuse sizes below 1.

    Raises
    ------
    ValueError
        Naming the option.
    """
    for name, value in sizes.items():
        if value < 1:
            raise ValueError(f"{name}={value}: at least 1 is expected; set {name}=1 or more.")


def check_share(dropout: float) -> None:
    """Refuse a dropout that is no share.

    Raises
    ------
    ValueError
        Where it is negative, or 1 or more.
    """
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout={dropout:g}: a share from 0 up to but not including 1 is expected.")
