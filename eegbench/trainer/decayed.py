"""Which parameters an optimiser's weight decay is for."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from torch import nn

from eegbench.model.token_positions import ElectrodePositions, LearnedPositions
from eegbench.task.base import ParameterGroup

Decayed = Literal["all", "weights"]
"""What weight decay is for: all parameters, or weights that multiply what comes in."""

TABLES = (nn.Embedding, LearnedPositions, ElectrodePositions)
"""Modules whose own parameters are tables of vectors."""


def without_decay(groups: Sequence[ParameterGroup], modules: Iterable[nn.Module]) -> list[ParameterGroup]:
    """Part each group into weights, and into biases, scales of normalisation layers, tables and tokens without decay.

    Parameters
    ----------
    groups
        The parameters that are trained.
    modules
        What they belong to.
    """
    weights = {id(p) for module in modules for part in module.modules() for p in _weights(part)}
    parted = [
        part
        for group in groups
        for part in (
            replace(group, parameters=[p for p in group.parameters if id(p) in weights]),
            replace(group, parameters=[p for p in group.parameters if id(p) not in weights], weight_decay=0.0),
        )
    ]
    return [group for group in parted if group.parameters]


def _weights(module: nn.Module) -> list[nn.Parameter]:
    """Return the parameters of a module itself that have two axes or more, and are neither vectors nor a token."""
    if isinstance(module, TABLES):
        return []
    own = module.named_parameters(recurse=False)
    return [parameter for name, parameter in own if parameter.ndim > 1 and not name.endswith("token")]
