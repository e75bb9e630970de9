"""Reading and writing of the files in a run's folder; they are read as plain data, and no code in them is executed."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eegbench.atomic import remove_unfinished, write_json
from eegbench.config import REMOVED, ConfigError, flat, may_change, read_json, read_plain, write_plain
from eegbench.environment import git_state, versions
from eegbench.experiment.extension import MAX_PASSES, is_extension, record_extension
from eegbench.experiment.run_paths import CONFIG, DIRECTORY, ENVIRONMENT, check_written, located
from eegbench.sweep.base import Pruned

SPLIT = "split.json"
SUMMARY = "summary.json"
"""File that marks a finished run."""


def write_facts(options: Mapping[str, Any], folder: Path) -> None:
    """Write the options and versions of a run; a resumed run must have the same options.

    Files that an interrupted run had not finished writing are removed.
    A finished run that is resumed with more passes is unfinished afterwards, and recorded as extended.

    Raises
    ------
    ConfigError
        If the folder contains a run with other options, or if a resumed run would write elsewhere (`check_written`).
    """
    path, was_finished = folder / CONFIG, (folder / SUMMARY).is_file()
    if options.get("resume") is not None:
        check_written(options, folder)
    mine = {name: value for name, value in options.items() if name != "resume"}
    if path.is_file():
        earlier, now = flat(located(read_plain(path), folder)[0]), flat(mine)
        is_extended = was_finished and options.get("resume") is not None and is_extension(earlier, now)
        _check_same(earlier | ({MAX_PASSES: now[MAX_PASSES]} if is_extended else {}), now, folder)
        if is_extended:
            record_extension(folder, int(earlier[MAX_PASSES]))
            (folder / SUMMARY).unlink()  # the run is unfinished again
        remove_unfinished(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_plain(mine, path)
    write_json(folder / ENVIRONMENT, versions() | git_state() | {DIRECTORY: str(Path.cwd())})


def finished_metrics(folder: Path) -> dict[str, float] | None:
    """Return the metrics of a finished run, or None if the run is not finished.

    Raises
    ------
    Pruned
        If its sweep stopped the run early.
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
        raise ConfigError(f"{file}: the metrics of the run cannot be read ({error!r}); make the run again.") from error


def seen_before(folder: Path) -> dict[str, list[str]]:
    """Return the subjects that were used to train a finished run's encoder, by population (`Dataset.people`)."""
    seen = read_json(folder / SPLIT).get("seen")
    if not isinstance(seen, dict) or not all(isinstance(subjects, list) for subjects in seen.values()):
        raise ConfigError(f"{folder / SPLIT}: the subjects that the encoder was trained on are missing (seen).")
    return {str(people): [str(subject) for subject in subjects] for people, subjects in seen.items()}


def _check_same(earlier: Mapping[str, Any], now: Mapping[str, Any], run: Path) -> None:
    for name in sorted({*earlier, *now}):
        may_differ = name.startswith("sweep.") or name in REMOVED or may_change(name)
        if not may_differ and earlier.get(name) != now.get(name):
            raise ConfigError(
                f"{run} contains a run with {name}={earlier.get(name)!r}, and {name} is {now.get(name)!r} now; set the "
                "earlier value, or start a new run."
            )
