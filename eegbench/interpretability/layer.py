"""Outputs of a layer of a network for windows, with one number per filter."""

import difflib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from eegbench.interpretability.base import Scores

Reader = Callable[[Scores, Tensor], Tensor]
"""Function of scores and windows (batch, n_channels, n_times) that returns outputs (batch, n_outputs)."""


@contextmanager
def reading(network: nn.Module, layer: str | None, option: str) -> Iterator[Reader]:
    """Yield a function for the mean activation of each filter of a layer, or for the scores if no layer is named.

    Parameters
    ----------
    network
        Network from windows to scores.
    layer
        Dotted name of a layer with outputs (batch, n_filters, …); the remaining axes are averaged.
    option
        Option that contains the name, for error messages.

    Raises
    ------
    ValueError
        If there is no such layer, or it does not process all windows in one call.
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
    """Collect the outputs of a layer, call by call."""
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
        raise ValueError(f"{where}: it is called {len(caught)} times per batch; name a layer that is called once.")
    made = caught[0]
    if not isinstance(made, Tensor) or made.ndim < 2 or len(made) != n:
        form = tuple(made.shape) if isinstance(made, Tensor) else type(made).__name__
        raise ValueError(
            f"{where}: its output is {form} for {n} windows; name a layer with output ({n}, n_filters, ...)."
        )
    return made.flatten(2).mean(2) if made.ndim > 2 else made
