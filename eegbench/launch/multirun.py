"""Callbacks around a multirun: options are checked and shards built before any job; a parent run groups the jobs."""

import contextlib
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, open_dict, read_write

from eegbench.address import hide_in
from eegbench.config import ConfigError, check_name, keep_passwords, plain
from eegbench.launch.error_message import error_message
from eegbench.launch.job_list import Jobs, read_jobs
from eegbench.launch.resume import typed_again
from eegbench.launch.user_options import user_options
from eegbench.sweep.sweep_context import FACTS, SWEEP, short_keys

if TYPE_CHECKING:  # imported at run time where needed, as they load torch or Optuna
    from eegbench.experiment import Experiment

MAX_CHECKED = 200
"""Maximum number of jobs whose options are checked before the first starts; composing one takes about 0.2 s."""

_open: list[Any] = []
"""The open parent run; Hydra does not call the final callback of a multirun that fails."""


class Sweeping(Callback):  # type: ignore[misc]
    """Callbacks before a run, and at the start and end of a multirun, with any sweeper and launcher."""

    def on_run_start(self, config: DictConfig, **kwargs: Any) -> None:  # noqa: ARG002  Hydra's signature
        """Check the name of a run before Hydra creates the folder of this name."""
        with _error_messages():
            HydraConfig.instance().set_config(config)
            check_name(str(config.name), "name")

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:  # noqa: ARG002  Hydra's signature
        """Check all jobs, build their shards and start the parent run; or print the jobs and exit."""
        with _error_messages():
            keep_passwords(config)  # it is written to multirun.yaml
            HydraConfig.instance().set_config(config)
            jobs = read_jobs(config)
            check_name(str(config.name), "name")
            with read_write(config.hydra.sweep):
                config.hydra.sweep.dir = str(jobs.folder)  # for the launcher; jobs get it as an override
            experiments = _check_jobs(config, jobs)
            if config.sweep.dry_run:
                _print_dry(jobs)
                raise SystemExit(0)
            _check_study(jobs)
            _build_shards(experiments, jobs)
            _begin(experiments, jobs)
            HydraConfig.instance().set_config(config)

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:  # noqa: ARG002
        """Pool folds, print the results, and close the parent run."""
        with _error_messages():
            from eegbench.report.sweep import conclude_jobs, conclude_study
            from eegbench.sweep.study import SharedStudy

            HydraConfig.instance().set_config(config)
            jobs = read_jobs(config)
            formats = [str(one) for one in config.figures]
            if jobs.plan:
                conclude_study(jobs.plan, _open[-1], formats, _typed_again(config, jobs.plan.fixed))
                SharedStudy(jobs.plan).check_outcome()
            else:
                conclude_jobs(jobs.folder, jobs.varied, _open[-1], Path(str(config.paths.outputs)), formats)
            _open.clear()


def close_sweep(status: int) -> None:
    """Record the end of a multirun that did not finish: 130 after Ctrl-C, otherwise a failed job."""
    while _open:
        run = _open.pop()
        run.fail(KeyboardInterrupt("interrupted") if status == 130 else RuntimeError("a job failed"))


@contextlib.contextmanager
def _error_messages() -> Iterator[None]:
    """Print the message of an error and exit: Hydra would only warn and continue."""
    try:
        yield
    except Exception as error:
        hide_in(error)
        message = error_message(error, "train")
        if message is None:
            traceback.print_exception(error)
        else:
            print(f"eegbench: {message}", file=sys.stderr)
        raise SystemExit(1) from error


def _check_jobs(config: DictConfig, jobs: Jobs) -> list["Experiment"]:
    """Compose and check the options of all jobs, so that errors in the last job are found before the first starts."""
    if config.sweep.seeds and "seed" in jobs.varied:
        raise ConfigError("seed varies, and sweep.seeds names seeds for every job; leave one of them out.")
    from eegbench.experiment.options import read_experiment

    loader, experiments = GlobalHydra.instance().config_loader(), []
    for words in jobs.checked[:MAX_CHECKED]:
        job = loader.load_sweep_config(config, list(words))
        HydraConfig.instance().set_config(job)
        with open_dict(job):
            del job["hydra"]
        experiments.append(read_experiment(plain(job)))
    return experiments


def _check_study(jobs: Jobs) -> None:
    """Open the study before anything is changed: one with other options, or that has failed, raises an error."""
    if jobs.plan:
        from eegbench.sweep.study import SharedStudy

        shared = SharedStudy(jobs.plan)
        if jobs.plan.retry_failed:
            shared.retry_failed()
        if shared.has_failed():
            shared.check_outcome()


def _build_shards(experiments: Sequence["Experiment"], jobs: Jobs) -> None:
    """Check the splits of the jobs, and build the shards of each combination of dataset and preprocessing once."""
    from eegbench.experiment.recordings import build_missing, dataset_key

    on_data: dict[str, list[Experiment]] = {}
    for experiment in experiments:
        on_data.setdefault(experiment.data_key, []).append(experiment)
    sweep = jobs.folder / SWEEP
    recordings = {dataset_key(some[0]): build_missing(some, sweep) for some in on_data.values()}
    if jobs.plan:
        from eegbench.sweep.study import SharedStudy

        SharedStudy(jobs.plan).check_recordings(recordings)


def _begin(experiments: Sequence["Experiment"], jobs: Jobs) -> None:
    """Start the parent run, or continue that of the folder; this also creates a new tracking store."""
    from eegbench.atomic import write_json
    from eegbench.environment import git_state, versions
    from eegbench.experiment.headline import headline_patterns
    from eegbench.experiment.tracker_facts import MAX_NAME
    from eegbench.sweep.storage import exclusive
    from eegbench.tracking.base import RunFacts

    folder = jobs.folder / SWEEP
    write_json(folder / FACTS, {"varied": jobs.varied})
    settings = (
        jobs.plan.settings if jobs.plan else {"sweep.varied": ", ".join(jobs.varied), "sweep.n_jobs": len(jobs.words)}
    )
    common = set.intersection(*(set(one.choices.items()) for one in experiments))
    facts = RunFacts(
        experiment=experiments[0].name,
        name=f"sweep {jobs.folder.name}: {', '.join(short_keys(jobs.varied))}"[:MAX_NAME],
        folder=folder,
        parameters=settings,
        tags={"kind": "sweep", "sweep": jobs.folder.name, **dict(sorted(common)), **versions(), **git_state()},
        source="eegbench train",
        headline=headline_patterns(experiments[0].probes.main, experiments[0].sweep.objectives),
    )
    with exclusive(str(jobs.folder / "parent"), "parent"):  # another controller may be starting it
        _open.append(experiments[0].tracker.start(facts))


def _typed_again(config: DictConfig, fixed: Sequence[str]) -> list[str]:
    """Return the words that must be typed again with ``resume=FOLDER`` of a trial."""
    own = user_options(config.hydra)
    trusted = [word for word in fixed if word.startswith("trust=")]
    return [*([f"--config-dir={own}"] if own else []), *trusted, *typed_again(fixed)]


def _print_dry(jobs: Jobs) -> None:
    if jobs.plan:
        from eegbench.report.sweep import print_plan

        print_plan(jobs.plan)
        return
    print(f"{len(jobs.words)} jobs would run, below {jobs.folder}:")
    for number, words in enumerate(jobs.words):
        print(f"  {number:>3}  {' '.join(words)}")
