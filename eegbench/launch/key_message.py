"""Messages about keys that do not exist: the option to choose first, or the key that was meant."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from omegaconf import OmegaConf

from eegbench.config import REMOVED, conf_folder, read_plain, renamed
from eegbench.launch.help import composed
from eegbench.text import near

SEVERAL = {"probe.of": "probe", "interpretability": "interpretability"}
"""Nodes with the options of a group of which several may be chosen."""


def key_message(key: str, config_name: str) -> str:
    """Return why an override's key does not exist.

    Parameters
    ----------
    key
        Key, dotted.
    config_name
        Name of the verb whose options were composed.
    """
    if said := f"{key}: {REMOVED[key]}" if key in REMOVED else renamed(key):
        return said
    if key == "sweep":
        return "sweep=OPTION: a search space must be added with a +; write +sweep=OPTION."
    if key.startswith("hydra.sweeper."):
        return _sweeper_key_message(key)
    known = _known_keys(config_name)
    if key in {*known, *_keys_at(key, known)}:
        return f"{key}: the chosen options have no such key; add --help to this command to list their keys."
    for node, group in SEVERAL.items():
        if key.startswith(f"{node}."):
            option = key.removeprefix(f"{node}.").partition(".")[0]
            return (
                f"{key}: the chosen options have no such key; choose its option with {group}=[…,{option}], or add "
                "--help to this command to list their keys."
            )
    return f"{key}: there is no such key{_elsewhere(key, known)}; `eegbench {config_name} --help` lists all."


def _elsewhere(key: str, known: Sequence[str]) -> str:
    """Return where a key of this name exists, or a suggestion of the most similar key."""
    below = sorted({one for one in (*known, *_keys_at("dataset.root", known)) if one.endswith(f".{key}")})
    return f" here, but {' and '.join(below)}" if below else _near_key(key, known)


def _sweeper_key_message(key: str) -> str:
    from eegbench.sweep.sweeper_options import KEYS  # here, as Optuna takes long to import

    if key.removeprefix("hydra.sweeper.") in KEYS:
        return f"{key}: only a search has this option; add hydra/sweeper=optuna, or a search space with +sweep=OPTION."
    return f"{key}: there is no such key{near(key, [f'hydra.sweeper.{one}' for one in KEYS])}."


def _near_key(key: str, known: Sequence[str]) -> str:
    """Suggest the most similar key at the same place, or otherwise of all keys."""
    place, _, name = key.rpartition(".")
    siblings = {one.rpartition(".")[2]: one for one in _keys_at(key, known)}
    found = difflib.get_close_matches(name, siblings, n=1) if place else []
    return f" (did you mean {siblings[found[0]]}?)" if found else near(key, known)


def _keys_at(key: str, known: Sequence[str]) -> list[str]:
    """Return the keys next to a key, including those of every option of its group."""
    place = key.rpartition(".")[0]
    files = (conf_folder() / place.replace(".", "/")).glob("*.yaml") if place else ()
    names = {name for path in files for name in read_plain(path) if name not in ("defaults", "_target_")}
    return [*(one for one in known if one.rpartition(".")[0] == place), *(f"{place}.{name}" for name in sorted(names))]


def _known_keys(config_name: str) -> list[str]:
    options = OmegaConf.to_container(composed(config_name), resolve=False)
    assert isinstance(options, dict)
    return list(_keys(options))


def _keys(options: Mapping[Any, Any], path: str = "") -> Iterator[str]:
    """Yield every key of nested options, dotted."""
    for name, value in options.items():
        yield f"{path}{name}"
        if isinstance(value, Mapping):
            yield from _keys(value, f"{path}{name}.")
