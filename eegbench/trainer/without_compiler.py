"""Torch's optimisers without its compiler, which they would load at their first step, for a second.

An optimiser that is compiled must be hidden from the compiler in places; torch does so whether one compiles or not.
"""

import inspect
from collections.abc import Callable

import torch


def without_compiler(make: Callable[[], torch.optim.Optimizer]) -> torch.optim.Optimizer:
    """Make an optimiser that steps as its class does, but for what torch wraps around that for its compiler.

    Hooks on steps, which torch wraps around them too, are not called.
    """
    for method in vars(torch.optim.Optimizer).values():
        if hidden := getattr(method, "__wrapped__", None):
            setattr(hidden, "__dynamo_disable", hidden)
    optimizer = make()
    plain = inspect.unwrap(type(optimizer).step)

    def step() -> None:
        with torch.set_grad_enabled(bool(optimizer.defaults.get("differentiable", False))):
            plain(optimizer)

    setattr(optimizer, "step", step)  # noqa: B010  of this one alone
    return optimizer
