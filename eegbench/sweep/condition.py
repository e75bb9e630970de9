"""Conditions of a search space: which of the searched options exist with which choice of the searched groups."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode
from omegaconf import OmegaConf
from optuna.distributions import BaseDistribution, CategoricalDistribution

from eegbench.sweep.distribution import values_of
from eegbench.sweep.space import Branch, Space, as_words

Names = Callable[[Mapping[str, Any]], frozenset[str]]
"""Function of choices of groups that returns the names of the options and groups that exist with them."""


def conditional(distributions: Mapping[str, BaseDistribution], config_name: str, fixed: Sequence[str]) -> Space:
    """Return the space in which an option is searched only with choices of groups that have this option.

    Parameters
    ----------
    distributions
        Distribution of each searched option or group.
    config_name
        Name of the root config.
    fixed
        Overrides common to all trials.
    """
    if len(distributions) < 2:
        return Space(distributions)
    loader = GlobalHydra.instance().config_loader()
    groups = [
        key for key, one in distributions.items() if isinstance(one, CategoricalDistribution) and _is_group(key, loader)
    ]
    if not groups:
        return Space(distributions)
    first = {key: distributions[key].choices[0] for key in groups if "/" not in key}  # type: ignore[attr-defined]

    def names(choices: Mapping[str, Any]) -> frozenset[str]:
        return _names(loader, config_name, (*fixed, *as_words({**first, **choices})))

    branches = list(branches_of(distributions, groups, names))
    unknown = set(distributions) - {key for branch in branches for key in branch.keys}  # checks of the jobs name them
    return Space(distributions, tuple(Branch(one.choices, one.keys | unknown) for one in branches))


def branches_of(
    distributions: Mapping[str, BaseDistribution],
    groups: Sequence[str],
    names: Names,
    chosen: Mapping[str, Any] | None = None,
) -> Iterator[Branch]:
    """Yield the parts of a space: a group is divided into its choices if these differ in the options that exist.

    Parameters
    ----------
    distributions
        Distribution of each searched option or group.
    groups
        Those of them that are groups.
    names
        Returns the names that exist with given choices.
    chosen
        Choices of the part that is divided.
    """
    chosen = dict(chosen or {})

    def there(choices: Mapping[str, Any]) -> frozenset[str]:
        found = names(choices)
        return frozenset(key for key in distributions if key.startswith("+") or key in found)

    here = there(chosen)
    for group in groups:
        if group in chosen or group not in here:
            continue
        options = values_of(distributions[group]) or []
        if len({there({**chosen, group: one}) for one in options}) > 1:
            for one in options:
                yield from branches_of(distributions, groups, names, {**chosen, group: one})
            return
    yield Branch(chosen, here)


def _is_group(key: str, loader: ConfigLoader) -> bool:
    return bool(loader.get_group_options(key.lstrip("+").partition("@")[0]))


@lru_cache(maxsize=256)  # composing takes a fifth of a second, and a plan is read several times
def _names(loader: ConfigLoader, config_name: str, words: tuple[str, ...]) -> frozenset[str]:
    """Compose the options, and return the dotted names of all, and the chosen groups."""
    config = loader.load_configuration(config_name, overrides=list(words), run_mode=RunMode.RUN)
    choices = {str(group) for group in config.hydra.runtime.choices}
    return frozenset(choices | set(_dotted(OmegaConf.to_container(config, resolve=False))))


def _dotted(options: Any, path: str = "") -> Iterator[str]:
    for name, value in options.items() if isinstance(options, Mapping) else ():
        yield f"{path}{name}"
        yield from _dotted(value, f"{path}{name}.")
