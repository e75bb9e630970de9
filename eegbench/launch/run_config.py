"""Repetition of a run from its ``config.yaml``: ``--config-path FOLDER --config-name config``.

The folder may be untrusted. Its options are read as data and typed as overrides; Hydra composes shipped options only.
Overrides of the run that a folder may not set are rejected, as on resuming, and options that say where files lie, where
data are sent or which modules are trusted are not taken from ``config.yaml``.
"""

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eegbench.config import ConfigError, flat, plain, quoted, read_overrides, read_plain
from eegbench.launch.help import composed
from eegbench.launch.override import config_dir, is_override
from eegbench.launch.resume import OVERRIDES, check_stored
from eegbench.own_files import check_readable

PATH, NAME = ("--config-path", "-cp"), ("--config-name", "-cn")

OWN = ("paths", "resume", "store", "sweep", "tracking", "trust")
"""Nodes that are not taken from a stored file."""

LABELS = ".labels."
"""Part of the keys of labels, which may contain any character; the whole mapping is typed."""


def with_run_config(words: Sequence[str], verb: str) -> list[str]:
    """Replace ``--config-path FOLDER --config-name config`` by the overrides that compose the options stored there.

    Raises
    ------
    ValueError
        If the flags name something else, or a stored option is not accepted.
    FileNotFoundError
        If the folder has no ``config.yaml``.
    """
    path, name, rest = _without_flags(words)
    if path is None and name is None:
        return list(words)
    if path is None or name not in ("config", "config.yaml") or verb != "train":
        raise ValueError(
            "--config-path and --config-name repeat a run: eegbench train --config-path FOLDER --config-name config. "
            "Your own options are in the folder of --config-dir."
        )
    folder = Path(path).resolve()
    check_readable(folder)
    file = folder / "config.yaml"
    if not file.is_file():
        raise FileNotFoundError(f"--config-path {folder}: there is no config.yaml in this folder.")
    typed = {_key(word): word for word in rest if is_override(word) or word.startswith("~")}
    options = read_plain(file)
    if "hydra" in options:
        raise ConfigError(f"{file} sets up Hydra, which can start any program; remove the node hydra.")
    stored = dict(_stored(folder, typed))
    made = plain(composed("train", list(stored.values()), config_dir(words)))
    differing = _differences(_without_own(options), _without_own(made), file)
    kept = [word for key, word in stored.items() if key not in typed]
    edited = [word for word in differing if not any(_is_below(_key(word), key) for key in typed)]
    return [*(word for word in rest if word not in typed.values()), *kept, *edited, *typed.values()]


def _key(word: str) -> str:
    return word.partition("=")[0].lstrip("+~")


def _is_below(key: str, typed: str) -> bool:
    """Return whether a key lies in the node of a typed key or group."""
    node = typed.partition("@")[2] or typed.replace("/", ".")
    return key == node or key.startswith(f"{node}.")


def _without_own(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key not in OWN}


def _without_flags(words: Sequence[str]) -> tuple[str | None, str | None, list[str]]:
    """Return the values of the two flags, and the other words."""
    found: dict[tuple[str, str], str] = {}
    rest, left = [], list(words)
    while left:
        word = left.pop(0)
        flag, equals, value = word.partition("=")
        kind = next((kind for kind in (PATH, NAME) if flag in kind), None)
        if kind is None:
            rest.append(word)
        else:
            found[kind] = value if equals else (left.pop(0) if left else "")
    return found.get(PATH), found.get(NAME), rest


def _stored(folder: Path, typed: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the overrides of the run by key, but not those that locate it in a sweep; others than typed are checked."""
    words = read_overrides(folder / OVERRIDES) if (folder / OVERRIDES).is_file() else []
    for word in words:
        key = _key(word)
        if key in ("resume", "sweep.study", "sweep.trial", "sweep.seeds") or (key in typed and key in OWN):
            continue
        check_stored(word, folder)
        yield key, word


def _differences(given: Mapping[str, Any], made: Mapping[str, Any], file: Path) -> Iterator[str]:
    """Yield the overrides that turn composed options into the stored ones."""
    stored, there = flat(given), flat(made)
    whole = {_labels(key) for key in {*stored, *there} if LABELS in key and stored.get(key) != there.get(key)}
    for place in sorted(whole):
        labels = {key.removeprefix(f"{place}."): value for key, value in stored.items() if key.startswith(f"{place}.")}
        yield f"++{place}=null"
        yield f"++{place}=[{','.join(f'[{quoted(key)},{_text(value, place, file)}]' for key, value in labels.items())}]"
    for key in [key for key in there if key not in stored and _labels(key) not in whole]:
        if not any(other.startswith(f"{key}.") for other in stored):
            if there[key] is None:
                yield f"++{key}=0"  # Hydra deletes no null
            yield f"~{key}"
    for key, value in stored.items():
        if _labels(key) not in whole and (key not in there or there[key] != value):
            if not re.fullmatch(r"\w+(\.\w+)*", key):
                raise ConfigError(f"{file}: {key} cannot be typed as an override; remove it there.")
            yield f"++{key}={_text(value, key, file)}"


def _labels(key: str) -> str:
    return f"{key.partition(LABELS)[0]}.labels" if LABELS in key else ""


def _text(value: Any, key: str, file: Path) -> str:
    """Return a stored value as typed on the command line."""
    if isinstance(value, str):
        if "${" in value:
            raise ConfigError(f"{file}: {key} has an interpolation, which a stored file may not have; write its value.")
        return quoted(value)
    if isinstance(value, list):
        return f"[{','.join(_text(one, key, file) for one in value)}]"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{quoted(str(name))}:{_text(one, key, file)}' for name, one in value.items())}}}"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return json.dumps(value)
