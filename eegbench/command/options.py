"""The root of the train config, and the check of every node in it before any data is read."""

import re
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
class Explained:
    """What of a run is explained, on which windows, and the bands of scalp maps (name, low and high edge in Hz)."""

    predictor: Literal["auto", "network", "probe"]
    split: Literal["auto", "train", "valid", "test"]
    n_windows: int
    folder: str
    bands_hz: tuple[tuple[str, float, float], ...]


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
    interpretability: Mapping[str, Node]
    explain: Explained
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


@dataclass(frozen=True)
class Explain:
    """Every key at the root of the explain config."""

    run: str
    interpretability: Mapping[str, Node]
    explain: Explained
    seed: int
    device: str
    figures: tuple[Literal["png", "pdf"], ...]
    trust: tuple[str, ...]


def checked(config: DictConfig, schema: type = Train) -> dict[str, Any]:
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
    check_root(options, schema)
    if missing := [field.name for field in fields(schema) if field.name not in options]:
        raise ConfigError(f"{missing[0]} is missing; choose an option with {missing[0]}=OPTION.")
    trust(options["trust"])
    for path, node in _nodes(options):
        check(node, path=path, given=GIVEN.get(path, ()))
    _check_explained(options["explain"])
    if schema is Train:
        _check_seeds(options)
    return options


def _check_explained(node: Node) -> None:
    if not re.fullmatch(r"\w[\w.-]*", node["folder"]):
        raise ConfigError(
            f"explain.folder={node['folder']}: a folder's name of letters, digits, _, - and . is expected."
        )
    if node["n_windows"] < 2:
        raise ConfigError(f"explain.n_windows={node['n_windows']}: at least 2 are expected.")
    for name, low, high in node["bands_hz"]:
        if not 0 <= low < high:
            raise ConfigError(
                f"explain.bands_hz: {name} from {low:g} to {high:g} Hz is no band; write [name,low,high]."
            )


def _check_seeds(options: Node) -> None:
    for name, seed in [("seed", options["seed"]), *(("sweep.seeds", seed) for seed in options["sweep"]["seeds"])]:
        if seed < 0:
            raise ConfigError(f"{name}={seed}: whole numbers from 0 are expected.")
    if len(set(options["sweep"]["seeds"])) < len(options["sweep"]["seeds"]):
        raise ConfigError(f"sweep.seeds={options['sweep']['seeds']}: a seed stands there twice.")


def option_of(node: Node) -> str:
    """Return the name of the option that a node came from: the module of its class."""
    return str(node["_target_"]).split(".")[-2]


def objectives(options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of what a sweep of these options seeks."""
    named = options["sweep"]["objective"]
    return (named,) if isinstance(named, str) else tuple(named)


def _nodes(options: Mapping[str, Any]) -> list[tuple[str, Node]]:
    top = [(name, node) for name, node in options.items() if isinstance(node, Mapping) and "_target_" in node]
    probes = [(f"probe.{name}", options["probe"][name]) for name in ("linear", "hand_made") if "probe" in options]
    return [*top, *probes, *((f"interpretability.{name}", node) for name, node in options["interpretability"].items())]
