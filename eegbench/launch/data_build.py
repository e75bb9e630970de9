"""Build a store's shards in jobs of one of Hydra's launchers, each with a share of the recordings.

Conventions
-----------
The shares are set before the first job: `SHARES` in the folder of the build lists the recordings of each job, and
each job writes `REPORT` to its own folder. A later build does not use these files: it checks the shards themselves.
"""

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from eegbench.atomic import write_json
from eegbench.config import ConfigError, plain, quoted, read_json
from eegbench.dataset.listing import listed
from eegbench.experiment.base import Experiment
from eegbench.experiment.options import read_experiment
from eegbench.launch.interrupt import answer_interrupts
from eegbench.launch.override import value_of
from eegbench.launch.process import show_log
from eegbench.launch.run import run_verb
from eegbench.preprocessing.build import list_jobs
from eegbench.preprocessing.shard_job import Job
from eegbench.preprocessing.share import Report, build_share, unusable
from eegbench.progress import bar, tell
from eegbench.score.render import plural

SHARES, REPORT = "shares.json", "report.json"

RECORDINGS_PER_JOB = 20
"""Default number of recordings per job; without a parallel launcher, one job has them all."""

POLL_S = 2.0
"""Seconds between two checks of the store for new shards."""


@dataclass(frozen=True)
class Built:
    """Result of a build.

    Attributes
    ----------
    report
        Outcome of the recordings; for a job that did not finish, the number of its recordings that have shards now.
    n_recordings
        Number of recordings that need a shard.
    status
        Exit status of the jobs: 1 if one failed, 130 after Ctrl-C.
    """

    report: Report
    n_recordings: int
    status: int = 0


def build_part(experiment: Experiment, words: Sequence[str], part: tuple[int, int]) -> Built:
    """Build the shards of a part of the recordings in this process: every N-th, starting with the I-th.

    Raises
    ------
    ConfigError
        If the overrides choose a launcher.
    """
    if value_of(words, "hydra/launcher"):
        raise ConfigError("--part builds in this process; leave it out, or leave hydra/launcher out.")
    answer_interrupts(has_jobs=False)
    show_log()
    some = listed(experiment.dataset)[part[0] :: part[1]]
    return Built(build_share(experiment.dataset, experiment.preprocessing, some, experiment.storage), len(some))


def build_in_jobs(
    verb: Callable[[DictConfig], Any], experiment: Experiment, words: Sequence[str], n_a_job: int | None
) -> Built:
    """Build the missing shards by running a verb, which calls `build_own_share`, in jobs.

    Parameters
    ----------
    verb
        The job, wrapped by `as_job`.
    experiment
        Experiment with recordings, preprocessing and store.
    words
        Flags and overrides from which it was composed; they may choose a launcher.
    n_a_job
        Number of recordings per job; None for `RECORDINGS_PER_JOB`.
    """
    if value_of(words, "hydra/sweeper"):
        raise ConfigError("hydra/sweeper: building shards is not a search; leave it out.")
    show_log()
    recordings = listed(experiment.dataset)
    some = (experiment.dataset, experiment.preprocessing, recordings, experiment.storage)
    jobs, missing, _, bad = list_jobs(*some, keep_going=True)
    report = Report(n_there=len(jobs) - len(missing)) + unusable(experiment.dataset, recordings, bad)
    if not missing:
        return Built(report, len(recordings))
    launcher = value_of(words, "hydra/launcher") or "basic"
    n = n_a_job or (len(missing) if launcher == "basic" else RECORDINGS_PER_JOB)
    shares = [missing[first : first + n] for first in range(0, len(missing), n)]
    tell(f"{len(missing)} of {len(recordings)} recordings have no shard: {plural(len(shares), 'job')} ({launcher})")
    folder = Path(experiment.paths.stores).resolve() / "builds" / f"{datetime.now():%Y-%m-%d_%H-%M-%S-%f}"
    write_json(folder / SHARES, {"shares": [[job.recording.id for job in share] for share in shares]})
    with nullcontext() if launcher == "basic" else _watched(missing):
        status = run_verb(verb, config_name="train", argv=_argv(words, folder, len(shares)))
    return Built(sum(_reports(folder, shares), report), len(recordings), status)


def build_own_share(config: DictConfig) -> None:
    """Build the share of this job, and write its report."""
    options = plain(config)
    number, hydra = options.pop("share"), HydraConfig.get()
    experiment = read_experiment(options)
    names = set(read_json(Path(hydra.sweep.dir) / SHARES)["shares"][number])
    recordings = [recording for recording in experiment.dataset.recordings() if recording.id in names]
    report = build_share(experiment.dataset, experiment.preprocessing, recordings, experiment.storage)
    write_json(Path(hydra.runtime.output_dir) / REPORT, asdict(report))


def _argv(words: Sequence[str], folder: Path, n_jobs: int) -> list[str]:
    """Return the arguments of a multirun with one job per share, without the callback for multiruns of training."""
    own = [f"+share=range(0,{n_jobs})", f"hydra.sweep.dir={quoted(str(folder))}", "~hydra.callbacks.sweeping"]
    own.append("hydra/job_logging=none")
    return ["-m", *words, *own]


def _reports(folder: Path, shares: Sequence[Sequence[Job]]) -> list[Report]:
    """Return the reports of the jobs, and remove the folder of the build if all jobs reported."""
    found, n_ended = [], 0
    for number, share in enumerate(shares):
        file = folder / str(number) / REPORT
        n_ended += file.is_file()
        there = Report(n_built=sum(job.folder.is_dir() for job in share))
        found.append(Report(**read_json(file)) if file.is_file() else there)
    if n_ended == len(shares):
        shutil.rmtree(folder, ignore_errors=True)  # a network file system may hold open files
        with suppress(OSError):  # other builds may be running
            folder.parent.rmdir()
    else:
        tell(f"{len(shares) - n_ended} of {len(shares)} jobs did not finish; their logs are in {folder}")
    return found


@contextmanager
def _watched(jobs: Sequence[Job]) -> Iterator[None]:
    """Show a progress bar while other processes build the shards of these recordings."""
    done = threading.Event()

    def watch(advance: Callable[[str], None]) -> None:
        missing = {job.folder for job in jobs}
        while missing and not done.wait(POLL_S):
            there = {folder for folder in missing if folder.is_dir()}
            missing -= there
            for folder in there:
                advance(folder.name)

    with bar("preprocessing", len(jobs)) as advance:
        thread = threading.Thread(target=watch, args=(advance,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
