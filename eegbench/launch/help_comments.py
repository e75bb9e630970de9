"""Composed options with the comments of their YAML files: units, sources, allowed values."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml
from omegaconf import DictConfig, OmegaConf

COLUMN = 46
"""Column in characters at which comments start."""

Place = tuple[str, ...]
"""Path of keys to a value."""


def commented(config: DictConfig, choices: Mapping[str, object], root: str, folders: Sequence[Path]) -> str:
    """Return a composed config as YAML, with the comments of the files that it was composed from.

    Parameters
    ----------
    config
        Composed options.
    choices
        Chosen option of each group, named as in Hydra: ``group`` or ``group@package``.
    root
        Name of the root config.
    folders
        Folders of options, in order of precedence.
    """
    comments = comments_of(_found(root, folders), ()) | _comments_of_lists(config, folders)
    for group, option in sorted(choices.items(), key=lambda choice: choice[0] == "experiment"):
        name, _, package = group.partition("@")
        place = tuple(key for key in (package or name.replace("/", ".")).split(".") if key != "_global_")
        path = _found(f"{name}/{option}", folders) if isinstance(option, str) else None
        if path is not None:
            comments |= comments_of(path, place)
            comments.setdefault(place_of(path, place), f"{name}={option}")
    text = OmegaConf.to_yaml(config)
    lines = text.splitlines()
    for line, place in _keys_by_line(text):
        if place in comments:
            lines[line] = f"{lines[line]:<{COLUMN}} # {comments[place]}"
    return "\n".join(lines)


def _found(name: str, folders: Sequence[Path]) -> Path | None:
    return next((path for folder in folders if (path := folder / f"{name}.yaml").is_file()), None)


def _comments_of_lists(config: DictConfig, folders: Sequence[Path]) -> dict[Place, str]:
    """Return the comments of options whose files name their place; Hydra does not report those chosen in a list."""
    found: dict[Place, str] = {}
    for path in (path for folder in reversed(folders) for path in sorted(folder.rglob("*.yaml"))):
        place = place_of(path, ())
        if place and OmegaConf.select(config, ".".join(place)) is not None:
            found |= {place: f"{path.parent.name}={path.stem}"} | comments_of(path, place)
    return found


def place_of(path: Path, place: Place) -> Place:
    """Return the place of an option's values: that of its group, unless the first line of its file names another.

    Parameters
    ----------
    path
        File of the option.
    place
        Place of the option's group.
    """
    named = re.match(r"# @package (\S+)", path.read_text(encoding="utf-8"))
    if named is None:
        return place
    return () if named[1] == "_global_" else tuple(named[1].split("."))


def comments_of(path: Path | None, place: Place) -> dict[Place, str]:
    """Return the comment on each key of an option, including those of the options it is based on.

    Parameters
    ----------
    path
        File of the option; there are no comments without a file.
    place
        Place of the option's group.
    """
    if path is None:
        return {}
    text, place = path.read_text(encoding="utf-8"), place_of(path, place)
    lines, node = text.splitlines(), yaml.compose(text)
    found: dict[Place, str] = {}
    for base in _bases(node):
        found |= comments_of(_found(base, [path.parent]), place)
    for key, value, keys in _pairs(node, place):
        block = isinstance(value, yaml.CollectionNode) and not value.flow_style
        end = key.end_mark if block else value.end_mark
        comment = re.match(r"[\]},:]*\s*#\s*(.*)", lines[end.line][end.column :] if end.line < len(lines) else "")
        if comment and not (isinstance(value, yaml.MappingNode) and value.flow_style and value.value):
            found[keys] = comment[1].strip()  # the comment belongs to the last key on a line
    return found


def _bases(node: yaml.Node | None) -> list[str]:
    """Return the options of the same group on which a preset is based."""
    top = dict(_items(node))
    defaults = top.get("defaults")
    listed = defaults.value if isinstance(defaults, yaml.SequenceNode) else []
    return [one.value for one in listed if isinstance(one, yaml.ScalarNode) and one.value != "_self_"]


def _items(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    return [(key.value, value) for key, value in node.value] if isinstance(node, yaml.MappingNode) else []


def _pairs(node: yaml.Node | None, place: Place) -> Iterator[tuple[yaml.Node, yaml.Node, Place]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            keys = (*place, str(key.value))
            yield key, value, keys
            yield from _pairs(value, keys)


def _keys_by_line(text: str) -> Iterator[tuple[int, Place]]:
    for key, _, place in _pairs(yaml.compose(text), ()):
        yield key.start_mark.line, place
