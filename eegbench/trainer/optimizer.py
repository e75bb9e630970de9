"""Check of an optimiser's options before training."""

from collections.abc import Callable

import torch


def check_optimizer(optimizer: Callable[..., torch.optim.Optimizer], lr: float) -> None:
    """Build an optimiser of one weight, so that values that it refuses raise an error before data are read.

    Parameters
    ----------
    optimizer
        Class of the optimiser with its options, as in ``trainer.optimizer``.
    lr
        Learning rate.

    Raises
    ------
    ValueError
        With the name of the option, if torch's message contains it.
    """
    try:
        optimizer([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    except (ValueError, TypeError, RuntimeError) as error:
        options = getattr(optimizer, "keywords", {})
        wrong = next((f".{name}={options[name]}" for name in options if name.rstrip("s") in str(error)), "")
        raise ValueError(f"trainer.optimizer{wrong}: torch refuses it ({error}).") from error
