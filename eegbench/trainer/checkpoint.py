"""Checkpoints: one safetensors file of tensors, with other values as JSON in its header, written atomically."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from eegbench.atomic import atomic_path
from eegbench.config import ConfigError, parse_json


def save_tensors(path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """Write tensors and facts to one file atomically."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with atomic_path(path) as aside:
        save_file(plain, aside, metadata={"facts": json.dumps(facts)})


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a file written by `save_tensors`.

    Raises
    ------
    ConfigError
        If the file is damaged, for example by a power failure.
    """
    try:
        with safe_open(path, framework="pt") as opened:
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118  not a mapping
            return tensors, parse_json(opened.metadata()["facts"])
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(
            f"{path}: this checkpoint is damaged ({error}); remove its folder to train from the beginning."
        ) from error


def weights_of(encoder: nn.Module, task: nn.Module) -> dict[str, Tensor]:
    """Return the weights of both, with the prefixes ``encoder.`` and ``task.``."""
    named = {f"encoder.{name}": tensor for name, tensor in encoder.state_dict().items()}
    return named | {f"task.{name}": tensor for name, tensor in task.state_dict().items()}


def load_weights(encoder: nn.Module, task: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Load weights returned by `weights_of`."""
    encoder.load_state_dict(under("encoder.", tensors))
    task.load_state_dict(under("task.", tensors))


def state_of(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return the optimiser's tensors by the number of their parameter; its options come from the config."""
    state = optimizer.state_dict()["state"]
    return {
        f"optimizer.{number}.{name}": torch.as_tensor(value)
        for number, values in state.items()
        for name, value in values.items()
    }


def load_state(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Load tensors returned by `state_of`."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in under("optimizer.", tensors).items():
        number, _, field_name = name.partition(".")
        state.setdefault(int(number), {})[field_name] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def random_state() -> dict[str, Tensor]:
    """Return the states of torch's generators, from which dropout draws."""
    state = {"random.cpu": torch.get_rng_state()}
    if torch.cuda.is_initialized():
        state |= {f"random.cuda.{i}": s for i, s in enumerate(torch.cuda.get_rng_state_all())}
    return state


def load_random_state(tensors: Mapping[str, Tensor]) -> None:
    """Load states returned by `random_state`."""
    torch.set_rng_state(tensors["random.cpu"])
    cuda = [tensors[name] for name in sorted(tensors) if name.startswith("random.cuda.")]
    if cuda:
        torch.cuda.set_rng_state_all(cuda)


def under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors whose names begin with a prefix, without it."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
