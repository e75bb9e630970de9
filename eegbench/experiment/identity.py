"""Finished runs in the outputs folder, found again by what makes two runs identical."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from eegbench.config import NO_EFFECT, read_json
from eegbench.environment import git_state, versions
from eegbench.experiment.base import Paths
from eegbench.experiment.run_folder import SUMMARY, finished_metrics


def identity(options: Mapping[str, Any], data: str) -> dict[str, str]:
    """Return what must agree for two runs to be the same: options, signals and windows, code.

    Parameters
    ----------
    options
        All options of a run, as plain values.
    data
        The digest of its windows.
    """
    relevant = {name: value for name, value in options.items() if name not in NO_EFFECT}
    text = json.dumps(relevant, sort_keys=True, default=str)
    code = versions()["eegbench"] + " " + " ".join(git_state().values())
    return {"options": hashlib.sha256(text.encode()).hexdigest(), "data": data, "code": code.strip()}


def find_same(wanted: Mapping[str, str], paths: Paths, but: Path) -> tuple[Path, dict[str, float]] | None:
    """Find a finished run of the same identity; return its folder and metrics.

    Parameters
    ----------
    wanted
        The identity.
    paths
        Where runs and sweeps lie.
    but
        The run's own folder.
    """
    for file in _summaries(Path(paths.runs), Path(paths.sweeps)):
        if file.parent == but:
            continue
        summary = read_json(file)
        if summary.get("identity") == dict(wanted) and not summary.get("pruned"):
            return file.parent, finished_metrics(file.parent) or {}
    return None


def _summaries(runs: Path, sweeps: Path) -> Iterator[Path]:
    """Yield the summaries of runs, of trials, and of trials' seeds."""
    for folder, pattern in ((runs, "*"), (runs, "*/*"), (sweeps, "*/*"), (sweeps, "*/*/*")):
        yield from sorted(folder.resolve().glob(f"{pattern}/{SUMMARY}"))
