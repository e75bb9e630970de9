"""Shards are built in parallel, each whole or not at all; one that is there is used again."""

import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import mne

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.dataset.content import Content, Contents, describe, recording_digest
from eegbench.preprocessing.base import Preprocessing, SignalSteps
from eegbench.preprocessing.shard_job import Job, build_one
from eegbench.progress import n_cores, parallel
from eegbench.store import Shard, open_shard
from eegbench.store.base import ShardStorage
from eegbench.store.shard import is_whole, shard_name, sweep_leftovers
from eegbench.types import Recording

_log = logging.getLogger(__name__)

WORTH_BYTES = 200e6
"""Signal that one process preprocesses while another starts."""


@dataclass(frozen=True)
class Skipped:
    """A recording that was left out, and why."""

    recording: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """Which shards are to be opened, and which of them must be built first.

    Attributes
    ----------
    jobs
        One for each recording that looks usable.
    missing
        Those whose shard is not there.
    bad
        What is wrong with the others, by recording.
    contents
        Of all recordings whose files can be read, whether preprocessing can use them or not.
    n_workers
        Processes that build them: as many as were asked for, or else as many cores as are worth it.
    """

    jobs: tuple[Job, ...]
    missing: tuple[Job, ...]
    bad: Mapping[str, str]
    contents: Contents
    n_workers: int

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """The recordings that look usable."""
        return tuple(job.recording for job in self.jobs)


def plan_shards(
    dataset: Dataset, preprocessing: Preprocessing, recordings: Sequence[Recording], storage: ShardStorage
) -> Plan:
    """Look at every file: what is damaged, too short, too large or not to be read is known before long work.

    Raises
    ------
    BadRecordingError
        At the first recording that cannot be used, unless ``dataset.on_bad_recording`` is ``skip``.
    OSError
        Where the shards would not fit on the disk.
    """
    storage.shards.mkdir(parents=True, exist_ok=True)
    sweep_leftovers(storage.shards)
    jobs, contents, unreadable = _jobs(dataset, preprocessing.signal, recordings, storage)
    missing = [job for job in jobs if not job.folder.is_dir() or _is_removed(job.folder)]
    bad, n_bytes = _look_ahead(missing, preprocessing.least_s, storage.shards)
    bad = unreadable | bad
    good, to_build = ([job for job in some if job.recording.id not in bad] for some in (jobs, missing))
    check_any(good, bad)
    n_workers = storage.n_workers or min(n_cores(), 1 + int(n_bytes // WORTH_BYTES))
    return Plan(tuple(good), tuple(to_build), bad, contents, n_workers)


def build_shards(plan: Plan) -> tuple[list[Recording], list[Shard], list[Skipped], int]:
    """Build the shards that are missing, and open all.

    Returns
    -------
    recordings, shards, skipped, n_built
        The recordings that can be used, a shard for each, those left out, and how many shards were made now.

    Raises
    ------
    BadRecordingError
        As `plan_shards`, for what only reading the samples tells; shards of the other recordings are kept.
    """
    late = _build(plan.missing, plan.n_workers)
    bad = {**plan.bad, **late}
    good = [job for job in plan.jobs if job.recording.id not in late]
    check_any(good, bad)
    shards = [open_shard(job.folder) for job in good]
    skipped = [Skipped(recording, reason) for recording, reason in bad.items()]
    return [job.recording for job in good], shards, skipped, len(plan.missing) - len(late)


def check_any(good: Sequence[object], bad: Mapping[str, str]) -> None:
    """Refuse to go on where no recording can be used."""
    if not good:
        raise BadRecordingError(f"no recording can be used; the first: {next(iter(bad.values()))}")


def _jobs(
    dataset: Dataset, signal: SignalSteps, recordings: Sequence[Recording], storage: ShardStorage
) -> tuple[list[Job], dict[str, Content], dict[str, str]]:
    """Return a job and the content of each recording, and why the files of the others cannot be read."""
    jobs: list[Job] = []
    contents: dict[str, Content] = {}
    unreadable: dict[str, str] = {}
    for recording in recordings:
        try:
            origin, own = dataset.origin(recording)  # the same shard, whether a set is joined with others or not
            files = (*own.files, *origin.sidecars(own))
            digest = recording_digest(files)
            settings = {"dataset": type(origin).__name__, "read": origin.read_settings, "signal": signal.settings}
            name = shard_name(own, files, digest, settings)
            jobs.append(Job(dataset, signal, recording, storage.shards / name))
            contents[recording.id] = describe(recording, digest)
        except OSError as error:
            refuse_or_note(dataset, recording, _not_read(Path(error.filename or recording.signal), error), unreadable)
    return jobs, contents, unreadable


def _is_removed(folder: Path) -> bool:
    """Remove a shard that is not whole, and return whether it was."""
    if is_whole(folder):
        return False
    _log.info("%s: this shard is damaged, and is built again.", folder)
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _not_read(path: Path, error: OSError) -> BadRecordingError:
    """Say why a file cannot be read; a link to nowhere is one whose content git-annex or DataLad has not fetched."""
    if path.is_symlink() and not path.exists():
        return BadRecordingError(
            f"{path}: is a link to {path.readlink()}, which is not there; fetch the file (datalad get, or git annex "
            "get, in its folder), or set dataset.on_bad_recording=skip."
        )
    return BadRecordingError(
        f"{path}: this file cannot be read ({error.strerror or error}); make it readable, or set "
        "dataset.on_bad_recording=skip."
    )


def _look_ahead(missing: Sequence[Job], least_s: float, folder: Path) -> tuple[dict[str, str], int]:
    """Return what is wrong with recordings, and the size of the signals of the others."""
    bad: dict[str, str] = {}
    n_bytes = 0
    for job in missing:
        try:
            groups = job.signal.select(job.dataset, job.recording)
            raw = next(iter(groups.values())).first
            plans = job.signal.group_plans
            n_bytes += sum(_size(one, plans[name].sfreq) for name, group in groups.items() for one in group.raws)
            if raw.n_times < least_s * raw.info["sfreq"]:
                raise BadRecordingError(
                    f"{job.recording.signal}: {raw.n_times / raw.info['sfreq']:g} s are shorter than a window of "
                    f"{least_s:g} s; set preprocessing.window_s lower (of trials: tmax_s), or "
                    "dataset.on_bad_recording=skip."
                )
        except BadRecordingError as error:
            refuse_or_note(job.dataset, job.recording, error, bad)
    _check_disk(folder, n_bytes)
    return bad, n_bytes


def _build(jobs: Sequence[Job], n_workers: int) -> dict[str, str]:
    bad: dict[str, str] = {}
    failed: list[tuple[Job, Exception]] = []
    for job, result in parallel(build_one, jobs, description="preprocessing", n_workers=n_workers):
        if isinstance(result, Exception):
            failed.append((job, result))
    for job, error in sorted(failed, key=lambda pair: pair[0].recording.id):
        if not isinstance(error, BadRecordingError):
            raise error
        refuse_or_note(job.dataset, job.recording, error, bad)
    return bad


def refuse_or_note(dataset: Dataset, recording: Recording, error: BadRecordingError, bad: dict[str, str]) -> None:
    """Raise the error of a recording with its file, or note it where the dataset's option is to skip."""
    message = str(error)
    if not any(file is not None and file.name in message for file in (recording.signal, recording.labels)):
        message = f"{recording.signal}: {message}"
    origin, _ = dataset.origin(recording)
    if origin.on_bad_recording != "skip":
        raise BadRecordingError(message) from error
    bad[recording.id] = message


def _size(raw: "mne.io.BaseRaw", sfreq: float | None) -> int:
    recorded = raw.info["sfreq"]
    return int(4 * len(raw.ch_names) * raw.n_times * (sfreq or recorded) / recorded)


def _check_disk(folder: Path, n_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if n_bytes > free:
        raise OSError(
            f"{folder}: the preprocessed signals need {n_bytes / 1e6:,.0f} MB and {free / 1e6:,.0f} MB are free; "
            "make room, or put everything elsewhere with paths.outputs=FOLDER."
        )
