"""The recordings of an experiment: those that its run, or its sweep, began with, wherever a folder names them.

Conventions
-----------
A run's folder holds ``recordings.json``, that of a sweep one for each dataset among its jobs, from the first start on.
What goes on from such a folder takes these recordings and no others: recordings that were added since are left out and
noted; where one is missing or has changed, going on is refused.
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
from eegbench.preprocessing.build import Plan, build_shards, plan_shards
from eegbench.types import Recording

_log = logging.getLogger(__name__)


def places(experiment: Experiment, run: Path | None = None, sweep: Path | None = None) -> tuple[Path, ...]:
    """Return the files that name the recordings, whether they are there or not.

    Parameters
    ----------
    experiment
        Its dataset decides the name of the sweep's file, as jobs may have different ones.
    run, sweep
        The folder of the run, and that of what belongs to its whole sweep; None where there is none.
    """
    files = [run / RECORDINGS] if run else []
    if sweep:
        files.append(sweep / f"recordings_{dataset_key(experiment)}.json")
    return tuple(files)


def dataset_key(experiment: Experiment) -> str:
    """Return a short name for the options of an experiment's dataset."""
    text = json.dumps(experiment.options["dataset"], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def check_named(run: Path) -> None:
    """Refuse a finished run whose folder does not name its recordings.

    Raises
    ------
    ConfigError
        Where ``recordings.json`` is missing.
    """
    if not (run / RECORDINGS).is_file():
        raise ConfigError(
            f"{run / RECORDINGS} is missing, so it is not known which recordings the run was made of (eegbench before "
            "0.2 did not write it); make the run again."
        )


def plan_recordings(experiment: Experiment, files: Sequence[Path]) -> Plan:
    """List the recordings, and tell which have no shard yet; name the recordings in files that are not there.

    Parameters
    ----------
    experiment
        The experiment.
    files
        See `places`; the first that is there decides which recordings are taken.

    Raises
    ------
    ConfigError
        Where recordings that a file names are missing or have changed.
    ValueError
        Where two recordings have one id, two subjects have equal files, or a label has a class and is ignored.
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
    """Refuse a split for which these recordings have too few subjects, before any is preprocessed.

    Raises
    ------
    ValueError
        As the split says it.
    """
    if not experiment.split.within_subject:
        experiment.split.assign(_listing(recordings, experiment.preprocessing.least_s))


def build_missing(experiments: Sequence[Experiment], sweep: Path) -> str:
    """Preprocess what has no shard yet, for all jobs of a sweep on these data; return a digest of the recordings.

    Parameters
    ----------
    experiments
        On the same recordings with the same preprocessing; the split of each is checked first.
    sweep
        The folder of what belongs to the whole sweep.

    Raises
    ------
    ValueError
        As `plan_recordings` and `check_split_of`.
    """
    plan = plan_recordings(experiments[0], places(experiments[0], sweep=sweep))
    for experiment in experiments:
        check_split_of(experiment, plan.recordings)
    build_shards(plan)
    return contents_digest(plan.contents)


def _listing(recordings: Sequence[Recording], window_s: float) -> pd.DataFrame:
    """Return a table with one window a recording: enough to see whether there are subjects for a split."""
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
        raise ConfigError(f"{file}: none of its {len(before)} recordings is there now; {_REMEDY}")


def _check_same(before: Contents, now: Contents, file: Path | None) -> None:
    if differs := difference(before, now):
        told = differs.words("missing or not to be read", "added")
        raise ConfigError(f"{file}: the recordings are not those that this began with ({told}); {_REMEDY}")


_REMEDY = "put them back as they were, or start anew in another folder."
