"""The options of a group, and the node that an option stands for, with its defaults, as Hydra composes it."""

import functools
from collections.abc import Collection
from copy import deepcopy
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from omegaconf import DictConfig, OmegaConf

from eegbench.config import plain

EXPLAIN = Path(__file__).resolve().parents[1] / "conf" / "explain" / "default.yaml"


CONF = EXPLAIN.parents[1]

ELSEWHERE = ("paths", "hydra", "experiment", "sweep")
PARTS = {
    "model/feature_encoder": ("model=with_features", "model/feature_encoder@model.features"),
    "model/epoch_encoder": ("model=modulo_net", "model/epoch_encoder"),
    "model/reducer": ("model=modulo_net", "model/reducer"),
    "preprocessing/padding": ("task=supervised_sequence", "+preprocessing/padding"),
    "model/sequence": ("task=supervised_sequence", "model/sequence@task.sequence"),
}
"""Groups that stand in an option of another group: the words for that option, and those that choose in it."""

NAMED = {
    "augmentation": ("task=simclr", "task.augmentations"),
    "model/normaliser": ("model=modulo_net", "model.normalisers"),
    "preprocessing/feature": ("preprocessing=standard", "preprocessing.features"),
    "preprocessing/step": ("preprocessing=dreem preprocessing.signal.channels=[C3,C4]", "preprocessing.signal.steps"),
    "trainer/penalty": ("trainer=loop", "trainer.penalties"),
}
"""Groups whose options stand together, each under a name: the words for what they stand in, and their place there."""

LISTED = ("interpretability", "probe")
"""Groups of which a run takes a list."""

SAMPLER = "override /sampler@_global_.sampler"
"""Key with which a task's YAML names its sampler."""

CHOICES = sorted(
    f"{path.parent.relative_to(CONF)}={path.stem}"
    for path in CONF.rglob("*.yaml")
    if path.parent != CONF and path.relative_to(CONF).parts[0] not in ELSEWHERE
)
GROUPS = {choice.partition("=")[0] for choice in CHOICES}


def shipped(group: str, *exceptions: Collection[str]) -> list[str]:
    """Return the names of all options of a group; exceptions that a test makes must be among them.

    Parameters
    ----------
    group
        A folder of ``conf``, such as ``model`` or ``model/sequence``.
    exceptions
        Names of options that the test treats in a special way.
    """
    found = sorted(path.stem for path in (CONF / group).glob("*.yaml"))
    assert found, f"conf/{group} has no options"
    gone = {name for names in exceptions for name in names} - set(found)
    assert not gone, f"conf/{group} has no {', '.join(sorted(gone))}, of which a test makes an exception"
    return found


def composed(*words: str) -> dict[str, Any]:
    """Return all options of a run as Hydra composes them from overrides; the same words are composed once."""
    return deepcopy(_composed(words))


@functools.cache
def _composed(words: tuple[str, ...]) -> dict[str, Any]:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return plain(compose("train", overrides=["name=test", *words]))


def node_of(path: Path) -> dict[str, Any]:
    return deepcopy(_node_of(path))


@functools.cache
def _node_of(path: Path) -> dict[str, Any]:
    tree = OmegaConf.load(path)
    defaults = tree.pop("defaults", [])
    below = [base for base in defaults if isinstance(base, str) and base != "_self_"]
    parts = [_part(path, *next(iter(base.items()))) for base in defaults if not isinstance(base, str)]
    bases = (_base(path, *base.partition("@")[::2]) for base in below)
    merged = OmegaConf.merge({}, *bases, *parts)
    for name, option in (item for base in defaults if not isinstance(base, str) for item in base.items()):
        group, _, place = name.partition("@")
        if group.startswith("override /") and place in merged:  # in place of what a base has there
            instead = node_of(CONF / group.removeprefix("override /") / f"{option}.yaml")
            OmegaConf.update(merged, place, instead, merge=False)
    merged = OmegaConf.merge(merged, tree)
    paths = OmegaConf.load(CONF / "paths" / "default.yaml")  # some options take from it, and from explain
    root = OmegaConf.create({"explain": OmegaConf.load(EXPLAIN), "paths": paths, "node": merged})
    return OmegaConf.to_container(root.node, resolve=True)


def _base(path: Path, name: str, place: str) -> DictConfig:
    """Return an option of the same group at its place, from a default such as ``linear@probe``."""
    found = OmegaConf.create(node_of(path.with_name(f"{name}.yaml")))
    return found if place in ("", "_here_") else OmegaConf.create({place: found})


def _part(path: Path, name: str, option: str | None) -> DictConfig:
    """Return an option of another group at its place, from a default such as ``/model/sequence@sequence: gru``."""
    group, _, place = name.partition("@")
    part = OmegaConf.create({})
    if group.startswith("/"):
        OmegaConf.update(part, place, node_of(CONF / group.removeprefix("/") / f"{option}.yaml"))
    elif not group.startswith("override ") and option is not None:  # a group below this one
        OmegaConf.update(part, group, node_of(path.parent / group / f"{option}.yaml"))
    return part


def together(group: str) -> tuple[str, ...]:
    """Return the words that choose all options of a group that a run may have together."""
    if group in LISTED:
        names = sorted(shipped(group), key=lambda name: name != "linear")  # the first probe is the main one
        return (f"{group}=[{','.join(names)}]",)
    option, place = NAMED[group]
    return (*option.split(), *(f"+{group}@{place}.one_{name}={name}" for name in shipped(group)))


def words(choice: str) -> tuple[str, ...]:
    """Return an option's choice, with what it stands in; a sampler's with the first task that brings it along."""
    group, _, name = choice.partition("=")
    if group in PARTS:
        option, place = PARTS[group]
        return (*option.split(), f"{place}={name}")
    if group != "sampler":
        return (choice,)
    files = sorted((CONF / "task").glob("*.yaml"))
    tasks = [file.stem for file in files if name in [one.get(SAMPLER) for one in defaults(file)]]
    return (*(f"task={task}" for task in tasks[:1]), choice)


def defaults(file: Path) -> list[Any]:
    """Return those entries of a YAML's defaults that name a group."""
    return [one for one in OmegaConf.load(file).get("defaults", []) if not isinstance(one, str)]


ALONE = [choice for choice in CHOICES if choice.partition("=")[0] not in {*NAMED, *LISTED}]
"""Options that are chosen one at a time."""

TOGETHER = (*map(words, ALONE), *map(together, (*NAMED, *LISTED)))
"""Words with which each option is chosen, alone or together with the others of its group."""
