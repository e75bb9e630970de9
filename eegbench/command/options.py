"""The root of the train config, and the check of every node in it before any data is read."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from omegaconf import DictConfig, OmegaConf

from eegbench.config import ConfigError, check, check_root, trust

GIVEN = {
    "model": ("n_channels", "n_times", "sfreq"),
    "probe.hand_made": ("n_channels", "n_times", "sfreq"),
    "task": ("embed_dim", "class_names"),
}
"""What the program supplies when it builds, because the data decides it."""

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Paths:
    """Where things are written."""

    outputs: str
    stores: str
    runs: str
    sweeps: str


@dataclass(frozen=True)
class Probes:
    """How often to probe during training, the probes, and the features that stand beside them."""

    every: int
    linear: Node
    hand_made: Node


@dataclass(frozen=True)
class Sweep:
    """What a sweep seeks, what a trial consists of, and which trial of which study a run is."""

    objective: str | tuple[str, ...]
    seeds: tuple[int, ...]
    skip_finished: bool
    dry_run: bool
    study: str | None
    trial: int | None


@dataclass(frozen=True)
class Expected:
    """What a published protocol says of its data; a run where it does not hold stops."""

    train: tuple[str, ...]
    valid: tuple[str, ...]
    test: tuple[str, ...]
    test_windows: Mapping[str, int]


@dataclass(frozen=True)
class Train:
    """Every key at the root of the train config."""

    dataset: Node
    preprocessing: Node
    store: Node
    split: Node
    sampler: Node
    model: Node
    task: Node
    trainer: Node
    tracking: Node
    probe: Probes
    sweep: Sweep
    paths: Paths
    seed: int
    name: str
    device: str
    deterministic: bool
    encoder: str | None
    trainable: Literal["all", "none"] | tuple[str, ...]
    resume: str | None
    projection: Literal["pca", "tsne"]
    figures: tuple[Literal["png", "pdf"], ...]
    expected: Expected | None
    published: Mapping[str, str] | None
    trust: tuple[str, ...]


def checked(config: DictConfig) -> dict[str, Any]:
    """Return the composed config as plain values, once every key and type in it is right.

    Raises
    ------
    ConfigError
        Naming the key, its value and what is expected.
    """
    plain = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    if not isinstance(plain, dict):
        raise ConfigError("the config's root is no mapping.")
    options = {str(name): value for name, value in plain.items()}
    check_root(options, Train)
    if missing := [field.name for field in fields(Train) if field.name not in options]:
        raise ConfigError(f"{missing[0]} is missing; choose an option with {missing[0]}=OPTION.")
    trust(options["trust"])
    for path, node in _nodes(options):
        check(node, path=path, given=GIVEN.get(path, ()))
    for name, seed in [("seed", options["seed"]), *(("sweep.seeds", seed) for seed in options["sweep"]["seeds"])]:
        if seed < 0:
            raise ConfigError(f"{name}={seed}: whole numbers from 0 are expected.")
    if len(set(options["sweep"]["seeds"])) < len(options["sweep"]["seeds"]):
        raise ConfigError(f"sweep.seeds={options['sweep']['seeds']}: a seed stands there twice.")
    return options


def option_of(node: Node) -> str:
    """Return the name of the option that a node came from: the module of its class."""
    return str(node["_target_"]).split(".")[-2]


def objectives(options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of what a sweep of these options seeks."""
    named = options["sweep"]["objective"]
    return (named,) if isinstance(named, str) else tuple(named)


def _nodes(options: Mapping[str, Any]) -> list[tuple[str, Node]]:
    top = [(name, node) for name, node in options.items() if isinstance(node, Mapping) and "_target_" in node]
    return [*top, *((f"probe.{name}", options["probe"][name]) for name in ("linear", "hand_made"))]
