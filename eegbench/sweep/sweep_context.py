"""Context of a run in its sweep: parent run, name, tags, and a function called after each pass."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eegbench.config import read_json

SWEEP = "sweep"
"""Subfolder of a multirun's folder for files about all of its jobs."""

FACTS = "sweep.json"

Watch = Callable[[Mapping[str, Any]], None]
"""Function of a pass's row of the history; raises `eegbench.sweep.Pruned` to stop the run."""


def _unwatched(row: Mapping[str, Any]) -> None:
    """Let every run continue."""


@dataclass(frozen=True)
class SweepContext:
    """Context of a run in its sweep.

    Attributes
    ----------
    parent
        Folder of the tracked parent run; None if there is no parent.
    name
        Short text of the varied options; empty outside a sweep.
    tags
        Trial, sweep and seed, for the tracker.
    choices
        Options chosen for config groups (``model``: ``chambon2018``), and those that vary in the multirun with short
        names (``choice/lr``), for the tracker's parameters.
    overrides
        Short text of a single run's overrides that can affect scores, other than those of `choices`.
    watch
        Called after each pass.
    is_trial
        Whether a search chooses among this run and others; its scores are then printed in one line, without test.
    user_options
        Folder of the user's own options (``--config-dir``), which resuming the run needs too; an empty text if there
        is none.
    typed_again
        Overrides that must be typed again to resume the run, because its folder is not trusted to set them.
    command
        Command that makes the run again; an empty text if no command line started it.
    """

    parent: Path | None = None
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    overrides: str = ""
    watch: Watch = _unwatched
    is_trial: bool = False
    user_options: str = ""
    typed_again: tuple[str, ...] = ()
    command: str = ""


def varied_words(folder: Path, words: Sequence[str]) -> list[str]:
    """Return a job's overrides that vary in its multirun."""
    facts = folder / SWEEP / FACTS
    if not facts.is_file():
        return []
    varied = set(read_json(facts).get("varied", ()))
    return [word for word in words if word.partition("=")[0] in varied]


def option_name(key: str) -> str:
    """Return the dotted name that an override sets: ``+model/reducer@model.reducer`` sets model.reducer."""
    group, _, package = key.lstrip("+").partition("@")
    return package or group.replace("/", ".")


def short_name(words: Sequence[str]) -> str:
    """Abbreviate overrides as far as they stay distinct: last parts of names, four digits of numbers."""
    pairs = [word.partition("=")[::2] for word in words]
    names = short_keys([key for key, _ in pairs])
    return " ".join(f"{name}={short_value(value)}" for name, (_, value) in zip(names, pairs, strict=True))


def short_keys(keys: Sequence[str]) -> list[str]:
    """Abbreviate the keys of overrides to their last parts as far as they stay distinct."""
    last = [key.lstrip("+").split("@")[0].rpartition(".")[2].rpartition("/")[2] for key in keys]
    return [one if last.count(one) == 1 else key for one, key in zip(last, keys, strict=True)]


def short_value(value: str) -> str:
    """Round a number with a decimal point or an exponent to four digits; other values are unchanged."""
    return f"{float(value):.4g}" if re.fullmatch(r"-?\d+\.\d+(e-?\d+)?|-?\d+e-?\d+", value) else value
