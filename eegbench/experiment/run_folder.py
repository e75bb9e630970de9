"""A run's folder as others read it: what its files say is data, and nothing in it is evaluated, built or trusted."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eegbench.atomic import write_json
from eegbench.config import REMOVED, ConfigError, flat, may_change, read_json, read_plain, write_plain
from eegbench.environment import git_state, versions
from eegbench.experiment.run_place import CONFIG, DIRECTORY, ENVIRONMENT, located
from eegbench.sweep.base import Pruned

SPLIT = "split.json"
SUMMARY = "summary.json"
"""A run that has one is finished."""


def write_facts(options: Mapping[str, Any], folder: Path) -> None:
    """Write a run's options and versions; a run that is resumed must have the same options.

    Raises
    ------
    ConfigError
        Where the folder holds a run of other options.
    """
    path = folder / CONFIG
    mine = {name: value for name, value in options.items() if name != "resume"}
    if path.is_file():
        _check_same(flat(located(read_plain(path), folder)[0]), flat(mine), folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_plain(mine, path)
    write_json(folder / ENVIRONMENT, versions() | git_state() | {DIRECTORY: str(Path.cwd())})


def finished_metrics(folder: Path) -> dict[str, float] | None:
    """Return the metrics of a run that was finished before; None where it was not.

    Raises
    ------
    Pruned
        Where its sweep gave the run up.
    """
    file = folder / SUMMARY
    if not file.is_file():
        return None
    summary = read_json(file)
    try:
        if pruned := summary.get("pruned"):
            raise Pruned(float(pruned["value"]), int(pruned["pass"]))
        return {str(name): math.nan if value is None else float(value) for name, value in summary["metrics"].items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ConfigError(f"{file}: these are no metrics of a finished run ({error!r}).") from error


def seen_before(folder: Path) -> dict[str, list[str]]:
    """Return, by the people of a dataset, the subjects that shaped a finished run's encoder."""
    seen = read_json(folder / SPLIT).get("seen")
    if not isinstance(seen, dict) or not all(isinstance(subjects, list) for subjects in seen.values()):
        raise ConfigError(f"{folder / SPLIT}: it does not name the subjects that shaped the encoder (seen).")
    return {str(people): [str(subject) for subject in subjects] for people, subjects in seen.items()}


def _check_same(earlier: Mapping[str, Any], now: Mapping[str, Any], run: Path) -> None:
    for name in sorted({*earlier, *now}):
        may_differ = name.startswith("sweep.") or name in REMOVED or may_change(name)
        if not may_differ and earlier.get(name) != now.get(name):
            raise ConfigError(
                f"{run} holds a run in which {name} was {earlier.get(name)!r} and is now {now.get(name)!r}: options "
                "have changed since, so start anew."
            )
