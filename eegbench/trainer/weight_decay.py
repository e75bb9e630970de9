"""Selection of the parameters to which an optimiser's weight decay applies."""

from dataclasses import replace
from typing import Literal

from torch import nn

from eegbench.model.base import Encoder
from eegbench.model.token_positions import ElectrodePositions, LearnedPositions
from eegbench.task import ParameterGroup, Task

Decayed = Literal["all", "weights"]
"""Parameters with weight decay: all of them, or only weights that multiply inputs."""

TABLES = (nn.Embedding, LearnedPositions, ElectrodePositions)
"""Modules whose own parameters are tables of vectors."""


def parameter_groups(encoder: Encoder, task: Task, decayed: Decayed) -> list[ParameterGroup]:
    """Return the groups of trainable parameters; if only weights decay, each group of the task is split in two."""
    groups = task.parameter_groups(encoder)
    if decayed == "all":
        return groups
    weights = {id(p) for module in (encoder, task) for part in module.modules() for p in _weights(part)}
    parted = [part for group in groups for part in _parted(group, weights)]
    return [group for group in parted if group.parameters]


def _parted(group: ParameterGroup, weights: set[int]) -> tuple[ParameterGroup, ParameterGroup]:
    """Split a group into weights, and parameters without decay."""
    own, others = (
        [parameter for parameter in group.parameters if (id(parameter) in weights) == is_weight]
        for is_weight in (True, False)
    )
    return replace(group, parameters=own), replace(group, parameters=others, weight_decay=0.0)


def _weights(module: nn.Module) -> list[nn.Parameter]:
    """Return a module's own parameters with two or more axes, except tables of vectors and tokens."""
    if isinstance(module, TABLES):
        return []
    own = module.named_parameters(recurse=False)
    return [parameter for name, parameter in own if parameter.ndim > 1 and not name.endswith("token")]
