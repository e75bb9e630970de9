"""Overrides (``key=value``) that Hydra parses, and the folder of the user's own options."""

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path

import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import OverrideParseException

from eegbench.config import conf_folder, quoted, unquoted

MULTIRUN = ("-m", "--multirun")
HELP = ("-h", "--help")

MAPPING = re.compile(r"(?:\+\+?)?(dataset(?:\.sets\.\w+)?\.(?:labels|options))=\s*(\{.*)", re.DOTALL)
"""A mapping of labels, or of a set's own options; Hydra itself would merge it into the mapping of the option."""


def value_of(words: Sequence[str], key: str) -> str:
    """Return the value of the last override of a key, without quotes; an empty text if there is none."""
    values = [word.partition("=")[2] for word in words if word.startswith(f"{key}=")]
    return unquoted(values[-1]) if values else ""


def is_multirun(words: Sequence[str]) -> bool:
    """Return whether the arguments include the flag of a multirun."""
    return not set(MULTIRUN).isdisjoint(words)


def is_override(word: str) -> bool:
    """Return whether an argument is an override, not a flag."""
    return "=" in word and not word.startswith("-")


def check_choices(words: Sequence[str]) -> None:
    """Raise an error for a group with a number, a truth value or null in place of the name of an option.

    Raises
    ------
    ValueError
        With the override.
    """
    for word in filter(is_override, words):
        group = word.partition("=")[0].lstrip("+").partition("@")[0]
        if not re.fullmatch(r"[\w/]+", group) or not (conf_folder() / group).is_dir():
            continue
        with contextlib.suppress(OverrideParseException):  # Hydra refuses it
            if isinstance(OverridesParser.create().parse_override(word).value(), int | float | None):
                raise ValueError(
                    f"{word}: a group takes the name of an option; `eegbench train --help` lists them. Leave the word "
                    "out for the default."
                )


def check_root(words: Sequence[str]) -> None:
    """Raise an error for a folder of recordings without a data set: the default one is simulated, and written there.

    Raises
    ------
    ValueError
        With the folder.
    """
    chosen = ("dataset=", "experiment=", "+experiment=", "+sweep=", "resume=", "run=", "--config", "-cd", "-cn")
    roots = [word for word in words if word.startswith("dataset.root=")]
    if roots and not any(word.startswith(chosen) for word in words):
        raise ValueError(
            f"{roots[-1]}: no data set is named, and the default one is simulated and would be written to this folder. "
            "Add dataset=NAME, such as dataset=recordings or dataset=sleep_physionet, or an experiment=NAME; "
            "dataset=simulated_sleep writes there."
        )


def config_dir(words: Sequence[str]) -> str | None:
    """Return the folder of the user's own options (``--config-dir``); None if there is none."""
    for position, word in enumerate(words):
        if word in ("--config-dir", "-cd") and position + 1 < len(words):
            return words[position + 1]
        if word.startswith("--config-dir="):
            return word.partition("=")[2]
    return None


def one_word_flags(words: Sequence[str]) -> list[str]:
    """Join ``--config-dir FOLDER`` into one argument, because the folder's name may look like an override."""
    found: list[str] = []
    for word in words:
        if found and found[-1] in ("--config-dir", "-cd"):
            found[-1] = f"--config-dir={word}"
        else:
            found.append(word)
    return found


def with_home(words: Sequence[str]) -> list[str]:
    """Replace ``~/`` at the start of a value by the home folder, as a shell does in arguments without ``=``."""
    return [_at_home(word) if is_override(word) else word for word in words]


def with_multirun(words: Sequence[str]) -> list[str]:
    """Add ``-m`` if a sweeper is named, so that it is used."""
    is_named = any(word.startswith("hydra/sweeper=") for word in words)
    return ["-m", *words] if is_named and not is_multirun(words) else list(words)


def with_dry_run(words: Sequence[str]) -> list[str]:
    """Print the options of a single run with ``sweep.dry_run=true``; a sweep itself prints its jobs."""
    is_sweep = is_multirun(words) or any(word.startswith("+sweep=") for word in words)
    dry = "sweep.dry_run=true" in words and not is_sweep
    return [*words, "--cfg", "job"] if dry else list(words)


def with_whole_labels(words: Sequence[str]) -> list[str]:
    """Make a mapping for ``dataset.labels`` (or ``options``) replace the default: set null first, then the mapping."""
    found = []
    for word in words:
        match = MAPPING.fullmatch(word)
        found += [f"++{match[1]}=null", f"++{match[1]}={_readable(*match.groups())}"] if match else [word]
    return found


def _at_home(word: str) -> str:
    key, _, value = word.partition("=")
    text = value.strip("\"'")
    return f"{key}={quoted(str(Path(text).expanduser()))}" if text == "~" or text.startswith("~/") else word


def _readable(key: str, text: str) -> str:
    """Convert a mapping of labels with quoted keys, which Hydra cannot parse, to pairs (see `eegbench.config`).

    Text that is not a mapping is unchanged.
    """
    try:
        OverridesParser.create().parse_overrides([f"key={text}"])
    except OverrideParseException:
        if not key.endswith(".labels"):
            return text
        with contextlib.suppress(yaml.YAMLError):
            mapping = yaml.load(text, Loader=yaml.BaseLoader)  # creates only texts, lists and mappings
            if isinstance(mapping, dict) and all(isinstance(one, str) for pair in mapping.items() for one in pair):
                return f"[{','.join(f'[{quoted(label)},{quoted(name)}]' for label, name in mapping.items())}]"
    return text
