"""Completion of a command line: the verbs, flags, groups, options and keys that may stand at the cursor."""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from eegbench.config import conf_folder
from eegbench.launch.completion_script import script
from eegbench.launch.flag import FLAGS
from eegbench.launch.help import GROUPS, TEXTS, composed, groups_of
from eegbench.launch.override import config_dir, is_override, one_word_flags

COMPLETION = ("-sc", "--shell-completion")
"""Flags that are followed by ``install=SHELL``, ``uninstall=SHELL`` or, in the script of a shell, ``query=SHELL``."""

OPEN = ("=", ".", "/")
"""Ends of candidates after which typing goes on without a space."""

HelpOf = Callable[[Sequence[str]], str]
"""Function of a verb, and of its action if it has any, that returns the text of ``--help``."""


def answer(words: Sequence[str], verbs: Sequence[str], help_of: HelpOf) -> str:
    """Return the answer to ``eegbench [VERB] -sc ACTION=SHELL``: a script, or a candidate per line.

    Raises
    ------
    ConfigError
        If action or shell does not exist.
    """
    action, _, shell = next((word for word in words if re.match(r"(un)?install=|query=", word)), "").partition("=")
    if action != "query":
        return script(action, shell)
    line = os.environ.get("COMP_LINE", "")
    found = candidates(line, verbs, help_of)
    return "\n".join(word if shell == "fish" or word.endswith(OPEN) else f"{word} " for word in found)


def candidates(line: str, verbs: Sequence[str], help_of: HelpOf) -> list[str]:
    """Return the words that can replace the last word of a command line.

    Parameters
    ----------
    line
        Command line up to the cursor, beginning with the name of the program.
    verbs
        Names of all verbs.
    help_of
        Returns the help of a verb with a parser of its own.
    """
    words = line.split()[1:]
    current = "" if line.endswith(" ") or not words else words.pop()
    if not words:
        known: Sequence[str] = [*verbs, "--help", "--version"]
    elif words[0] in TEXTS:
        known = _of_config(words[0], words[1:], current)
    elif words[0] in verbs:
        known = _of_parser(words, current, help_of)
    else:
        known = []
    return sorted({word for word in known if word.startswith(current)})


def _of_parser(words: Sequence[str], current: str, help_of: HelpOf) -> list[str]:
    """Return the actions, flags and overrides of a verb with a parser of its own, as its help names them."""
    text = help_of(words[:1])
    actions = re.findall(r"^  (\w+)  +\S", text, re.MULTILINE) if " ACTION " in text else []
    if len(words) > 1 and words[1] in actions:
        text, actions = help_of(words[:2]), []
    flags = re.findall(r"(?<![\w-])--[a-z][\w-]*", text)
    takes_overrides = "OVERRIDE" in text and not current.startswith("-")
    return [*actions, *flags, *(_of_config("train", words[2:], current) if takes_overrides else ())]


def _of_config(verb: str, words: Sequence[str], current: str) -> list[str]:
    """Return the flags, groups, options, keys and values of a verb with overrides."""
    if current.startswith("-"):
        return ["-m", *FLAGS]
    folder = config_dir(one_word_flags(words))
    folders = [*([Path(folder)] if folder else []), conf_folder()]
    every = groups_of(folders)
    groups = {name: options for name, options in every.items() if name in GROUPS.get(verb, (name,))}
    if "experiment" in groups:  # those in folders are chosen as FOLDER/NAME
        below = {name: options for name, options in every.items() if name.startswith("experiment/")}
        inside = (f"{name.partition('/')[2]}/{option}" for name, options in below.items() for option in options)
        groups["experiment"] = [*groups["experiment"], *inside]
    sign = re.match(r"[+~]*", current)
    marks = sign[0] if sign else ""
    typed = current.removeprefix(marks)
    if "=" in typed:
        key, _, value = typed.partition("=")
        start = value[: max(value.rfind(mark) for mark in ",[(") + 1]
        options = groups.get(key.partition("@")[0]) or _values(_options(verb, words, folder), key)
        return [f"{marks}{key}={start}{option}" for option in options]
    names = [_as_deep(name, typed.count("/")) for name in groups] + list(_keys(_options(verb, words, folder), typed))
    return [f"{marks}{name.removesuffix('=') if marks == '~' else name}" for name in names]


def _as_deep(group: str, depth: int) -> str:
    """Return a group with an equals sign, or the start of a group below others: as deep as the typed text."""
    parts = group.split("/")
    return f"{group}=" if len(parts) <= depth + 1 else "/".join(parts[: depth + 1]) + "/"


def _options(verb: str, words: Sequence[str], folder: str | None) -> Any:
    """Compose the options with the overrides typed so far, or without them if they cannot be composed."""
    overrides = [word for word in words if is_override(word)]
    try:
        config = composed(verb, overrides, folder, with_hydra=True)
    except (HydraException, OmegaConfBaseException):
        config = composed(verb, (), folder, with_hydra=True)
    return OmegaConf.to_container(config, resolve=False)


def _keys(options: Mapping[str, Any], typed: str) -> Iterator[str]:
    """Yield the keys at the place of the typed text; those that contain others end in a dot."""
    *above, _ = typed.split(".")
    node: Any = _at(options, above)
    for name, value in node.items() if isinstance(node, Mapping) else ():
        yield ".".join((*above, str(name))) + ("." if isinstance(value, Mapping) and value else "=")


def _values(options: Mapping[str, Any], key: str) -> list[str]:
    """Return the values to suggest for a key: both of a truth value, otherwise the composed one."""
    *above, name = key.split(".")
    node = _at(options, above)
    value = node.get(name) if isinstance(node, Mapping) else None
    if isinstance(value, bool):
        return ["true", "false"]
    return [str(value)] if isinstance(value, int | float) or (isinstance(value, str) and "$" not in value) else []


def _at(options: Any, path: Sequence[str]) -> Any:
    for name in path:
        options = options.get(name) if isinstance(options, Mapping) else None
    return options
