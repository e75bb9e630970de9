"""Recordings of an experiment; a continued run or sweep uses the recordings of its first start.

Conventions
-----------
The first start writes ``recordings.json`` to the folder of a run, and one such file per dataset to the folder of a
sweep. A run or sweep that is continued in such a folder uses these recordings only. Recordings added later are left
out, and a note lists them. If one is missing or has changed, an error is raised.
"""

import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from eegbench.config import ConfigError
from eegbench.dataset.content import (
    RECORDINGS,
    Contents,
    contents_digest,
    difference,
    named,
    read_contents,
    write_contents,
)
from eegbench.dataset.distinct_subjects import check_subjects
from eegbench.dataset.listing import listed
from eegbench.experiment.base import Experiment
from eegbench.experiment.network_checks import check_model_early
from eegbench.preprocessing.build import Plan, build_shards, plan_shards
from eegbench.types import Recording

_log = logging.getLogger(__name__)


def places(experiment: Experiment, run: Path | None = None, sweep: Path | None = None) -> tuple[Path, ...]:
    """Return the paths of the files that list the recordings; they need not exist.

    Parameters
    ----------
    experiment
        Experiment; the name of the sweep's file depends on its dataset, as jobs may have different ones.
    run, sweep
        Folder of the run, and folder of the sweep's common files; None if there is none.
    """
    files = [run / RECORDINGS] if run else []
    if sweep:
        files.append(sweep / f"recordings_{dataset_key(experiment)}.json")
    return tuple(files)


def dataset_key(experiment: Experiment) -> str:
    """Return a short hash of the options of an experiment's dataset."""
    text = json.dumps(experiment.options["dataset"], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def check_named(run: Path) -> None:
    """Refuse a finished run whose folder does not list its recordings.

    Raises
    ------
    ConfigError
        If ``recordings.json`` is missing.
    """
    if not (run / RECORDINGS).is_file():
        raise ConfigError(
            f"{run / RECORDINGS} is missing, so the recordings of the run are unknown (eegbench before 0.2 did not "
            "write this file); make the run again."
        )


def plan_recordings(experiment: Experiment, files: Sequence[Path]) -> Plan:
    """List the recordings and the shards to build; write the list to those files that do not exist.

    Parameters
    ----------
    experiment
        The experiment.
    files
        See `places`; the first existing file determines the recordings.

    Raises
    ------
    ConfigError
        If recordings in the list are missing or have changed.
    ValueError
        If two recordings have the same id, if two subjects have equal files, or if a label both has a class and is
        ignored.
    """
    dataset = experiment.dataset
    recordings: Sequence[Recording] = listed(dataset)
    first = next((file for file in files if file.is_file()), None)
    before = read_contents(first) if first else None
    if before is not None:
        recordings = _without_added(recordings, before)
        _check_some(recordings, before, first)
    plan = plan_shards(dataset, experiment.preprocessing, recordings, experiment.storage)
    check_subjects(dataset, plan.recordings)
    if before is not None:
        _check_same(before, plan.contents, first)
    for file in files:
        if not file.is_file():
            write_contents(file, plan.contents)
    return plan


def check_split_of(experiment: Experiment, recordings: Sequence[Recording]) -> None:
    """Check before preprocessing that the recordings have enough subjects for the split.

    Raises
    ------
    ValueError
        If they have not.
    """
    if not experiment.split.within_subject:
        experiment.split.assign(_listing(recordings, experiment.preprocessing.least_s))


def build_missing(experiments: Sequence[Experiment], sweep: Path) -> str:
    """Build missing shards for all jobs of a sweep on the same data; return a digest of the recordings.

    Parameters
    ----------
    experiments
        Experiments on the same recordings with the same preprocessing; the split and model of each are checked first.
    sweep
        Folder of the sweep's common files.

    Raises
    ------
    ValueError
        In the cases of `plan_recordings`, `check_split_of` and `check_model_early`.
    """
    plan = plan_recordings(experiments[0], places(experiments[0], sweep=sweep))
    for experiment in experiments:
        check_split_of(experiment, plan.recordings)
        check_model_early(experiment, plan)
    build_shards(plan)
    return contents_digest(plan.contents)


def _listing(recordings: Sequence[Recording], window_s: float) -> pd.DataFrame:
    """Return a table with one window per recording, which suffices to check the number of subjects of a split."""
    rows = [(r.id, r.set, r.subject, r.session, r.run) for r in recordings]
    table = pd.DataFrame(rows, columns=["recording", "set", "subject", "session", "run"])
    return table.assign(start_s=0.0, window_s=window_s, label=0, scored=True, rejected=False)


def _without_added(recordings: Sequence[Recording], before: Contents) -> list[Recording]:
    added = [recording.id for recording in recordings if recording.id not in before]
    if added:
        _log.info("Recordings that were added since the first start are left out (%d: %s).", len(added), named(added))
    return [recording for recording in recordings if recording.id in before]


def _check_some(recordings: Sequence[Recording], before: Contents, file: Path | None) -> None:
    if not recordings:
        raise ConfigError(f"{file}: none of its {len(before)} recordings was found; {_REMEDY}")


def _check_same(before: Contents, now: Contents, file: Path | None) -> None:
    if differs := difference(before, now):
        told = differs.words("missing or unreadable", "added")
        raise ConfigError(f"{file}: the recordings differ from those of the first start ({told}); {_REMEDY}")


_REMEDY = "restore them, or start again in another folder."
