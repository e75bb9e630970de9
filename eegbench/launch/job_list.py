"""The jobs of a multirun, determined from its overrides and config before it starts."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig

from eegbench.config import ConfigError

if TYPE_CHECKING:  # imported at run time where needed, as it loads Optuna
    from eegbench.sweep.plan import Plan

DATA = ("dataset", "preprocessing", "store")
"""Nodes that determine the shards to build."""


@dataclass(frozen=True)
class Jobs:
    """A multirun before it starts.

    Attributes
    ----------
    folder
        Folder with one folder per job.
    plan
        Plan of the Optuna sweep; None for other multiruns.
    varied
        Varied keys.
    words
        Overrides of jobs: all of a list of jobs, examples of a search space.
    checked
        Jobs whose options are composed and checked before the first job starts, including the first.
    """

    folder: Path
    plan: "Plan | None"
    varied: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    checked: tuple[tuple[str, ...], ...]


def read_jobs(config: DictConfig) -> Jobs:
    """Return the jobs of a multirun.

    Raises
    ------
    ConfigError
        If an override cannot be swept in this way.
    """
    if config.hydra.sweeper._target_ == "hydra_plugins.eegbench.Optuna":
        return _searched(config)
    words = [str(word) for word in config.hydra.overrides.task]
    params = [f"{key}={value}" for key, value in (config.hydra.sweeper.get("params") or {}).items()]
    loader = GlobalHydra.instance().config_loader()
    choices: dict[str, list[str]] = {}
    crossed, swept = set(), {}
    for one in OverridesParser.create(loader).parse_overrides([*params, *words]):
        key = one.get_key_element()
        choices[key] = [f"{key}={value}" for value in _values(one)]
        swept[key] = one.is_sweep_override()
        if loader.get_group_options(one.key_or_group) or one.key_or_group.partition(".")[0] in DATA:
            crossed.add(key)
    return Jobs(
        folder=Path(config.hydra.sweep.dir).resolve(),
        plan=None,
        varied=tuple(key for key, is_swept in swept.items() if is_swept),
        words=tuple(itertools.product(*choices.values())),
        checked=tuple(covering(choices, crossed)),
    )


def covering(choices: Mapping[str, Sequence[str]], crossed: set[str]) -> Iterator[tuple[str, ...]]:
    """Yield jobs that together contain every value of every key, and every combination of the crossed keys.

    The full product may have too many jobs to compose them all, and an invalid value causes an error in any job.

    Parameters
    ----------
    choices
        Overrides of each key.
    crossed
        Keys that determine which other keys exist, or which data are used.
    """
    whole = [key for key in choices if key in crossed]
    sizes = [len(choices[key]) for key in whole]
    n_jobs = max([prod(sizes), *(len(words) for words in choices.values())])
    combinations = itertools.cycle(itertools.product(*(choices[key] for key in whole)))
    for number, combination in zip(range(n_jobs), combinations, strict=False):
        of_whole = dict(zip(whole, combination, strict=True))
        yield tuple(of_whole.get(key, words[number % len(words)]) for key, words in choices.items())


def _values(one: Override) -> Iterator[str]:
    """Yield the values of an override, as Hydra's basic sweeper does: every value with every other."""
    if one.is_interval_sweep():
        raise ConfigError(f"{one.input_line}: only a search takes an interval; add hydra/sweeper=optuna.")
    yield from one.sweep_string_iterator() if one.is_sweep_override() else [one.get_value_element_as_str()]


def _searched(config: DictConfig) -> Jobs:
    from eegbench.sweep.plan import read_plan
    from eegbench.sweep.space import as_words

    plan = read_plan(config)
    words = tuple((*plan.fixed, *as_words(point)) for point in plan.space.examples())
    return Jobs(plan.folder, plan, tuple(plan.space), words, words)
