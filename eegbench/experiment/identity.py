"""Identity of a run, and the search for a finished run of the same identity in the outputs folder."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eegbench.config import NO_EFFECT, read_json
from eegbench.environment import git_state, versions
from eegbench.experiment.base import Paths
from eegbench.experiment.run_folder import SUMMARY, finished_metrics


def identity(options: Mapping[str, Any], data: str, *, extended: Sequence[int] = ()) -> dict[str, str]:
    """Return the identity of a run: hashes of its options and windows, and the version of the code.

    Parameters
    ----------
    options
        All options of the run, as plain values.
    data
        Digest of its windows.
    extended
        Numbers of passes after which the run had been finished before it was extended.
    """
    relevant = {name: value for name, value in options.items() if name not in NO_EFFECT}
    text = json.dumps([relevant, list(extended)] if extended else relevant, sort_keys=True, default=str)
    code = versions()["eegbench"] + " " + " ".join(git_state().values())
    return {"options": hashlib.sha256(text.encode()).hexdigest(), "data": data, "code": code.strip()}


def find_same(wanted: Mapping[str, str], paths: Paths, but: Path) -> tuple[Path, dict[str, float]] | None:
    """Find a finished run of the same identity; return its folder and metrics.

    Parameters
    ----------
    wanted
        Identity to search for.
    paths
        Folders of runs and sweeps.
    but
        Folder to skip: that of the run itself.
    """
    for file in _summaries(Path(paths.runs), Path(paths.sweeps)):
        if file.parent == but:
            continue
        summary = read_json(file)
        if summary.get("identity") == dict(wanted) and not summary.get("pruned"):
            return file.parent, finished_metrics(file.parent) or {}
    return None


def _summaries(runs: Path, sweeps: Path) -> Iterator[Path]:
    """Yield the summary files of runs, of trials, and of the seeds of trials."""
    for folder, pattern in ((runs, "*"), (runs, "*/*"), (sweeps, "*/*"), (sweeps, "*/*/*")):
        yield from sorted(folder.resolve().glob(f"{pattern}/{SUMMARY}"))
