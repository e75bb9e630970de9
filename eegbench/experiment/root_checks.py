"""Checks of options at the root of a config: seeds, folders, unused padding, and options without a class."""

from collections.abc import Mapping, Sequence
from typing import Any

from eegbench.config import ConfigError, Node, check_names, conf_folder, flat, read_plain
from eegbench.preprocessing import Preprocessing
from eegbench.sampler import Sampler

MAX_SEED = 2**32 - 1
"""Largest seed that NumPy's global random state accepts."""


def check_seeds(options: Mapping[str, Any], seeds: Mapping[str, Sequence[int]]) -> None:
    """Refuse invalid seeds.

    Parameters
    ----------
    options
        All options; their seeds must not be below 0.
    seeds
        Seeds of libraries, by key.

    Raises
    ------
    ConfigError
        If a seed is invalid; the message contains the key and the value.
    """
    for key, values in seeds.items():
        for seed in values:
            if not 0 <= seed <= MAX_SEED:
                raise ConfigError(f"{key}={seed}: a whole number from 0 to {MAX_SEED} is expected.")
        if len(set(values)) < len(values):
            raise ConfigError(f"{key}={list(values)}: a seed is given twice.")
    for key, value in flat(options).items():
        if key.endswith(".seed") and isinstance(value, int) and value < 0:
            raise ConfigError(f"{key}={value}: whole numbers from 0 are expected.")


def check_roots(roots: Mapping[str, str | None]) -> None:
    """Refuse a folder for a dataset that does not use it and would download its recordings.

    Raises
    ------
    ConfigError
        If a name is unknown; the message lists the names.
    """
    known = read_plain(conf_folder() / "paths" / "default.yaml")["roots"]
    check_names(roots, known, "paths.roots", "paths.roots")


def check_padding(preprocessing: Preprocessing, sampler: Sampler) -> None:
    """Refuse padding of recordings that the sampler does not use.

    Raises
    ------
    ConfigError
        If padding is set and the sampler does not use it.
    """
    if preprocessing.padded is not None and not sampler.uses_padding:
        name = type(sampler).__module__.rpartition(".")[2]
        raise ConfigError(
            f"preprocessing.padding extends recordings for sequences, and sampler={name} does not draw sequences; "
            "choose task=supervised_sequence, or set preprocessing.padding=null."
        )


def check_chosen(nodes: Mapping[str, Node], path: str, group: str) -> None:
    """Refuse values of an option that is not chosen, in a group from which several options can be chosen.

    Parameters
    ----------
    nodes
        Options by name.
    path
        Dotted path of the options.
    group
        Key that chooses them.
    """
    for name, node in nodes.items():
        if "_target_" not in node:
            raise ConfigError(
                f"{path}.{name} has values, but {name} is not chosen: add it to {group}=[…], or remove its values "
                f"with '~{path}.{name}'."
            )
