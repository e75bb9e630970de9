"""What a run is part of: the sweep that it belongs to, its name there, and who watches its passes."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eegbench.config import read_json

SWEEP = "sweep"
"""The subfolder of a multirun's folder that holds what belongs to the whole."""

FACTS = "sweep.json"

Watch = Callable[[Mapping[str, Any]], None]
"""Takes a pass's row of the history; raises `eegbench.sweep.Pruned` to give the run up."""


def _unwatched(row: Mapping[str, Any]) -> None:
    """Let every run go on."""


@dataclass(frozen=True)
class SweepContext:
    """A run's place among others.

    Attributes
    ----------
    parent
        Folder of the tracked run that this one stands below; None where there is none.
    name
        What varied, in words; empty outside a sweep.
    tags
        Trial, sweep and seed, for the tracker.
    watch
        Called after each pass.
    is_trial
        Whether it is one of many that a search chooses from: then its scores are told in a line, and test's not.
    user_options
        Folder of the user's own options (``--config-dir``), which a command that resumes the run needs too; an empty
        text where there is none.
    """

    parent: Path | None = None
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    watch: Watch = _unwatched
    is_trial: bool = False
    user_options: str = ""


def varied_words(folder: Path, words: Sequence[str]) -> list[str]:
    """Return those of a job's overrides that vary in its multirun."""
    facts = folder / SWEEP / FACTS
    if not facts.is_file():
        return []
    varied = set(read_json(facts).get("varied", ()))
    return [word for word in words if word.partition("=")[0] in varied]


def option_name(key: str) -> str:
    """Return the dotted name of what an override sets: of ``+model/reducer@model.reducer`` that is model.reducer."""
    group, _, package = key.lstrip("+").partition("@")
    return package or group.replace("/", ".")


def short_name(words: Sequence[str]) -> str:
    """Write overrides as briefly as they stay distinct: last parts of names, four digits of numbers."""
    pairs = [word.partition("=")[::2] for word in words]
    last = [key.lstrip("+").split("@")[0].rpartition(".")[2].rpartition("/")[2] for key, _ in pairs]
    names = [one if last.count(one) == 1 else key for one, (key, _) in zip(last, pairs, strict=True)]
    return " ".join(f"{name}={short_value(value)}" for name, (_, value) in zip(names, pairs, strict=True))


def short_value(value: str) -> str:
    """Write a value with four digits where it is a number with a point or a power."""
    return f"{float(value):.4g}" if re.fullmatch(r"-?\d+\.\d+(e-?\d+)?|-?\d+e-?\d+", value) else value
