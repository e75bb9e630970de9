"""Checks of values that no class of an option makes: seeds, the name, folders, and padding that nothing uses."""

from collections.abc import Mapping, Sequence
from typing import Any

from eegbench.config import ConfigError, Node, check_names, conf_folder, flat, read_plain
from eegbench.preprocessing import Preprocessing
from eegbench.sampler import Sampler

MAX_SEED = 2**32 - 1
"""NumPy's state that libraries share takes no larger one."""

MAX_NAME = 150
"""Bytes: a name is part of a folder's, next to the time, and file systems allow 255."""


def check_seeds(options: Mapping[str, Any], seeds: Mapping[str, Sequence[int]]) -> None:
    """Refuse seeds that cannot be.

    Parameters
    ----------
    options
        All options; a seed in any of them is not below 0.
    seeds
        Those of libraries, by their keys.

    Raises
    ------
    ConfigError
        Naming the key and the value.
    """
    for key, values in seeds.items():
        for seed in values:
            if not 0 <= seed <= MAX_SEED:
                raise ConfigError(f"{key}={seed}: a whole number from 0 to {MAX_SEED} is expected.")
        if len(set(values)) < len(values):
            raise ConfigError(f"{key}={list(values)}: a seed stands there twice.")
    for key, value in flat(options).items():
        if key.endswith(".seed") and isinstance(value, int) and value < 0:
            raise ConfigError(f"{key}={value}: whole numbers from 0 are expected.")


def check_name(name: str) -> None:
    """Refuse a name that no folder below ``paths.runs``, or no experiment of MLflow, can have.

    Raises
    ------
    ConfigError
        With what is expected.
    """
    parts = name.split("/")
    is_sound = all(part.strip() and part not in (".", "..") for part in parts) and name.isprintable()
    if not is_sound or len(name.encode()) > MAX_NAME:
        shown = name if len(name) <= MAX_NAME else f"{name[:20]}…"
        raise ConfigError(
            f"name={shown!r}: a name of a folder is expected, with 1 to {MAX_NAME} bytes, of printable characters, and "
            "not leading to another folder by '..' or '/'."
        )


def check_roots(roots: Mapping[str, str | None]) -> None:
    """Refuse a folder for a dataset that takes none from there: its recordings would be fetched nevertheless.

    Raises
    ------
    ConfigError
        With the names that there are.
    """
    known = read_plain(conf_folder() / "paths" / "default.yaml")["roots"]
    check_names(roots, known, "paths.roots", "paths.roots")


def check_padding(preprocessing: Preprocessing, sampler: Sampler) -> None:
    """Refuse padding of recordings where nothing would look at it.

    Raises
    ------
    ConfigError
        With what to set.
    """
    if preprocessing.padded is not None and not sampler.uses_padding:
        name = type(sampler).__module__.rpartition(".")[2]
        raise ConfigError(
            f"preprocessing.padding stands around recordings in sequences, and sampler={name} draws none; choose "
            "task=supervised_sequence, or set preprocessing.padding=null."
        )


def check_chosen(nodes: Mapping[str, Node], path: str, group: str) -> None:
    """Refuse values of an option that is not chosen, of a group of which several can be chosen.

    Parameters
    ----------
    nodes
        The options by name.
    path
        Where they stand in the options, as one types it.
    group
        Chooses them.
    """
    for name, node in nodes.items():
        if "_target_" not in node:
            raise ConfigError(
                f"{path}.{name} has values, but {name} was not chosen: add it to {group}=[…], or take its values out "
                f"with '~{path}.{name}'."
            )
