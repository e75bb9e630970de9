"""Build shards in parallel, each completely or not at all; existing shards are reused."""

import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import mne

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.dataset.content import Content, Contents, describe, named, recording_digest
from eegbench.preprocessing.base import Preprocessing, SignalSteps
from eegbench.preprocessing.shard_job import Job, build_after_others, build_one
from eegbench.preprocessing.unusable import check_any, not_read, refuse_or_note
from eegbench.progress import bar, n_cores, parallel, tell
from eegbench.store import Shard, open_shard
from eegbench.store.base import ShardStorage
from eegbench.store.integrity import full_damage, is_compared, quick_damage
from eegbench.store.shard import shard_name, sweep_leftovers
from eegbench.types import Recording

_log = logging.getLogger(__name__)

WORTH_BYTES = 200e6
"""Size of signals that one process preprocesses while another one starts."""


@dataclass(frozen=True)
class Skipped:
    """A recording that was left out, with the reason."""

    recording: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """Shards to open, and those to build first.

    Attributes
    ----------
    jobs
        Jobs of all recordings that appear usable.
    missing
        Jobs whose shard does not exist.
    bad
        Problems of the other recordings, by recording.
    contents
        Contents of all recordings whose files can be read, whether they can be preprocessed or not.
    n_workers
        Number of processes that build them: the requested number, or as many cores as are worthwhile.
    keep_going
        Whether to continue after a recording that cannot be used, regardless of ``dataset.on_bad_recording``.
    """

    jobs: tuple[Job, ...]
    missing: tuple[Job, ...]
    bad: Mapping[str, str]
    contents: Contents
    n_workers: int
    keep_going: bool = False

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """Recordings that appear usable."""
        return tuple(job.recording for job in self.jobs)


def plan_shards(
    dataset: Dataset,
    preprocessing: Preprocessing,
    recordings: Sequence[Recording],
    storage: ShardStorage,
    *,
    keep_going: bool = False,
) -> Plan:
    """Inspect every file, so that damaged, short, large and unreadable files are found before the long work.

    Raises
    ------
    BadRecordingError
        At the first recording that cannot be used, unless ``dataset.on_bad_recording`` is ``skip`` or `keep_going`.
    OSError
        If the shards would not fit on the disk.
    """
    jobs, missing, contents, unreadable = list_jobs(dataset, preprocessing, recordings, storage, keep_going=keep_going)
    bad, n_bytes = _look_ahead(missing, preprocessing.least_s, storage.shards, keep_going=keep_going)
    bad = unreadable | bad
    good, to_build = ([job for job in some if job.recording.id not in bad] for some in (jobs, missing))
    if not keep_going:
        check_any(good, bad)
    n_workers = storage.n_workers or min(n_cores(), 1 + int(n_bytes // WORTH_BYTES))
    return Plan(tuple(good), tuple(to_build), bad, contents, n_workers, keep_going)


def build_shards(plan: Plan) -> tuple[list[Recording], list[Shard], list[Skipped], int]:
    """Build the missing shards, and open all.

    Returns
    -------
    recordings, shards, skipped, n_built
        Recordings that can be used, the shard of each, those left out, and the number of shards built now.

    Raises
    ------
    BadRecordingError
        As in `plan_shards`, for problems found only when samples are read; shards of the other recordings are kept.
    """
    late, n_built = build_plan(plan)
    bad = {**plan.bad, **late}
    good = [job for job in plan.jobs if job.recording.id not in late]
    check_any(good, bad)
    shards = [open_shard(job.folder) for job in good]
    skipped = [Skipped(recording, reason) for recording, reason in bad.items()]
    return [job.recording for job in good], shards, skipped, n_built


def build_plan(plan: Plan) -> tuple[dict[str, str], int]:
    """Build the missing shards; those that another process is building come last.

    Returns
    -------
    bad, n_built
        Problems found when samples were read, by recording, and the number of shards built here.

    Raises
    ------
    BadRecordingError
        As in `plan_shards`; shards of the other recordings are kept.
    """
    results = list(parallel(build_one, plan.missing, description="preprocessing", n_workers=plan.n_workers))
    claimed = [job for job, result in results if result == "claimed"]
    if waiting := [job.recording.id for job in claimed if not job.folder.is_dir()]:
        tell(f"waiting for shards that another process builds ({len(waiting)}: {named(waiting)})")
    results += parallel(build_after_others, claimed, description="waiting", n_workers=1)
    bad: dict[str, str] = {}
    for job, error in sorted(results, key=lambda pair: pair[0].recording.id):
        if isinstance(error, BadRecordingError):
            refuse_or_note(job.dataset, job.recording, error, bad, keep_going=plan.keep_going)
        elif isinstance(error, Exception):
            raise error
    return bad, sum(result == "built" for _, result in results)


def list_jobs(
    dataset: Dataset,
    preprocessing: Preprocessing,
    recordings: Sequence[Recording],
    storage: ShardStorage,
    *,
    keep_going: bool,
) -> tuple[list[Job], list[Job], dict[str, Content], dict[str, str]]:
    """Compare recordings with their shards, without opening a recording.

    Returns
    -------
    jobs, missing, contents, unreadable
        A job for each recording, those whose shard does not exist, the content of each recording, and the reasons why
        files of other recordings cannot be read.

    Raises
    ------
    BadRecordingError
        As in `plan_shards`, for files that cannot be read.
    """
    storage.shards.mkdir(parents=True, exist_ok=True)
    sweep_leftovers(storage.shards)
    jobs: list[Job] = []
    contents: dict[str, Content] = {}
    unreadable: dict[str, str] = {}
    for recording in recordings:
        try:
            job, digest = _job(dataset, preprocessing.signal, recording, storage)
            jobs.append(job)
            contents[recording.id] = describe(recording, digest)
        except OSError as error:
            told = not_read(Path(error.filename or recording.signal), error)
            refuse_or_note(dataset, recording, told, unreadable, keep_going=keep_going)
    damaged = _damaged([job for job in jobs if job.folder.is_dir()])
    missing = [job for job in jobs if job.folder in damaged or not job.folder.is_dir()]
    return jobs, missing, contents, unreadable


def _job(dataset: Dataset, signal: SignalSteps, recording: Recording, storage: ShardStorage) -> tuple[Job, str]:
    """Return the job of a recording, and the digest of its files."""
    origin, own = dataset.origin(recording)  # the shard is the same, whether a set is joined with others or not
    files = (*own.files, *origin.sidecars(own))
    digest = recording_digest(files)
    settings = {"dataset": type(origin).__name__, "read": origin.read_settings, "signal": signal.settings}
    return Job(dataset, signal, recording, storage.shards / shard_name(own, files, digest, settings)), digest


def _damaged(jobs: Sequence[Job]) -> dict[Path, str]:
    """Return the damage of each damaged shard, by folder. Shards that were not compared before are read."""
    wrong = {job.folder: quick_damage(job.folder) for job in jobs}
    unread = [job.folder for job in jobs if not wrong[job.folder] and not is_compared(job.folder)]
    if unread:
        with bar("checking", len(unread)) as advance:
            for folder in unread:
                wrong[folder] = full_damage(folder)
                advance("")
    for job in jobs:
        if text := wrong[job.folder]:
            _log.info("%s: its shard is damaged (%s) and will be built again: %s", job.recording.id, text, job.folder)
    return {folder: text for folder, text in wrong.items() if text}


def _look_ahead(
    missing: Sequence[Job], least_s: float, folder: Path, *, keep_going: bool
) -> tuple[dict[str, str], int]:
    """Return the problems of recordings, and the size of the signals of the others."""
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
                    f"{job.recording.signal}: its {raw.n_times / raw.info['sfreq']:g} s are shorter than a window of "
                    f"{least_s:g} s; set a lower preprocessing.window_s (for trials: tmax_s), or "
                    "dataset.on_bad_recording=skip."
                )
        except BadRecordingError as error:
            refuse_or_note(job.dataset, job.recording, error, bad, keep_going=keep_going)
    _check_disk(folder, n_bytes)
    return bad, n_bytes


def _size(raw: "mne.io.BaseRaw", sfreq: float | None) -> int:
    recorded = raw.info["sfreq"]
    return int(4 * len(raw.ch_names) * raw.n_times * (sfreq or recorded) / recorded)


def _check_disk(folder: Path, n_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if n_bytes > free:
        raise OSError(
            f"{folder}: the preprocessed signals need {n_bytes / 1e6:,.0f} MB, but only {free / 1e6:,.0f} MB are free; "
            "free some space, or set another folder with paths.outputs=FOLDER."
        )
