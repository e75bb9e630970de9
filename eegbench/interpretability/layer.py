"""What a layer of a network answers to windows, one number a filter."""

import difflib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from eegbench.interpretability.base import Scores

Reader = Callable[[Scores, Tensor], Tensor]
"""Scores as a function of windows, and windows (batch, n_channels, n_times) → answers (batch, n_outputs)."""


@contextmanager
def reading(network: nn.Module, layer: str | None, option: str) -> Iterator[Reader]:
    """Yield what returns the mean activation of each of a layer's filters, or the scores where no layer is named.

    Parameters
    ----------
    network
        Windows → scores.
    layer
        A dotted name of a layer that makes (batch, n_filters, …); what follows filters is averaged.
    option
        What the user typed the name to, for errors.

    Raises
    ------
    ValueError
        Where there is no such layer, or it does not answer each window in one call.
    """
    if layer is None:
        yield lambda scores, x: scores(x)
        return
    with outputs_of(_find(network, layer, option)) as made:

        def read(scores: Scores, x: Tensor) -> Tensor:
            made.clear()
            scores(x)
            return _by_filter(made, len(x), f"{option}={layer}")

        yield read


@contextmanager
def outputs_of(layer: nn.Module) -> Iterator[list[Any]]:
    """Keep what a layer returns, call by call."""
    made: list[Any] = []
    hook = layer.register_forward_hook(lambda _layer, _inputs, output: made.append(output))
    try:
        yield made
    finally:
        hook.remove()


def _find(network: nn.Module, layer: str, option: str) -> nn.Module:
    there = {name: module for name, module in network.named_modules() if name}
    if layer not in there:
        near = difflib.get_close_matches(layer, there, n=1)
        hint = f"did you mean {near[0]}? It" if near else "it"
        raise ValueError(f"{option}={layer}: the network has no such layer; {hint} has {', '.join(there) or 'none'}.")
    return there[layer]


def _by_filter(caught: list[Any], n: int, where: str) -> Float[Tensor, "n n_filters"]:
    if len(caught) != 1:
        raise ValueError(f"{where}: it is called {len(caught)} times a batch; name a layer that is called once.")
    made = caught[0]
    if not isinstance(made, Tensor) or made.ndim < 2 or len(made) != n:
        form = tuple(made.shape) if isinstance(made, Tensor) else type(made).__name__
        raise ValueError(f"{where}: it makes {form} of {n} windows; name a layer that makes ({n}, n_filters, ...).")
    return made.flatten(2).mean(2) if made.ndim > 2 else made
