"""Run a job of ``eegbench train``: one experiment, or one for each of ``sweep.seeds``, and its objective values."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import DictConfig, OmegaConf

from eegbench.config import NO_EFFECT, plain
from eegbench.distributed import world_size
from eegbench.experiment.base import Experiment
from eegbench.experiment.options import read_experiment
from eegbench.experiment.run import run_experiment
from eegbench.launch.interrupt import stop_if_interrupted
from eegbench.launch.rerun_command import remake_command
from eegbench.launch.resume import typed_again
from eegbench.launch.user_options import user_options
from eegbench.progress import tell
from eegbench.sweep.base import Pruned, Trial
from eegbench.sweep.choice import GROUPS, varied_names
from eegbench.sweep.objective import values, values_there, watched
from eegbench.sweep.sweep_context import (
    SWEEP,
    SweepContext,
    option_name,
    short_name,
    short_value,
    varied_words,
)
from eegbench.trainer.base import NonFiniteLossError

NAMED = ("task", "model", "seed", "split.fold", "checkpoint")
"""Options that the name of a run has anyway, or that say nothing by themselves."""

MAX_VALUE = 24
"""Maximum length of a value in the name of a run."""


def run_job(experiment: Experiment, hydra: DictConfig) -> float | list[float] | None:
    """Run a job's experiments and return the objectives of its sweep; None without labels."""
    folder = Path(hydra.runtime.output_dir).resolve()
    context = replace(
        _context(experiment, hydra),
        command=_command(hydra, None),
        typed_again=tuple(typed_again([str(word) for word in hydra.overrides.task])),
    )
    with _study_trial(experiment, hydra) as trial:
        try:
            found = _run_seeds(experiment, folder, context, trial, hydra)
        except Pruned as pruned:
            if trial:
                trial.prune()
            return pruned.value
        except NonFiniteLossError:
            if trial is None:
                raise
            found = [math.nan] * len(experiment.sweep.objectives)
        if trial and found:
            trial.end(found)
    return found[0] if found and len(found) == 1 else found


def _run_seeds(
    experiment: Experiment, folder: Path, context: SweepContext, trial: Trial | None, hydra: DictConfig
) -> list[float] | None:
    """Run the experiment with each seed and return the mean of each objective."""
    seeds, objectives = experiment.sweep.seeds, experiment.sweep.objectives
    found: list[list[float]] = []
    for position, seed in enumerate(seeds or [experiment.seed]):
        name = f"{context.name} seed {seed}".strip()
        named = replace(context, name=name, command=_command(hydra, seed)) if seeds else context
        watching = replace(named, watch=_Watch(experiment, trial, position, [one[0] for one in found]))
        place = folder / f"seed_{seed}" if seeds else folder
        of_seed = read_experiment({**experiment.options, "seed": seed}) if seeds else experiment
        metrics = run_experiment(of_seed, place, watching)
        if trial is None and not values_there(metrics, objectives):
            return None
        found.append(values(metrics, objectives))
    return [float(mean) for mean in np.mean(found, axis=0)]


class _Watch:
    """Report each pass to the study, prune the trial if the study decides so, and stop an interrupted run.

    With several seeds the reported value is the mean over the seeds so far, including the current score of the seed in
    training. Steps continue from seed to seed, so trials are compared at the same pass of the same seed.
    """

    def __init__(self, experiment: Experiment, trial: Trial | None, position: int, earlier: Sequence[float]) -> None:
        objectives, n_passes = experiment.sweep.objectives, experiment.trainer.max_passes
        self.trial, self.earlier = trial, list(earlier)
        self.column = watched(objectives[0], experiment.probes.main)
        self.is_watching = trial is not None and len(objectives) == 1
        self.before = position * n_passes
        self.last_step = max(1, len(experiment.sweep.seeds)) * n_passes

    def __call__(self, row: Mapping[str, Any]) -> None:
        stop_if_interrupted()
        value = row.get(self.column)
        if not self.is_watching or value is None or row["pass"] == 0:
            return
        assert self.trial is not None
        mean = float(np.mean([*self.earlier, value]))
        step = self.before + row["pass"]
        if self.trial.report(mean, step) and step < self.last_step:  # fully trained runs are evaluated
            raise Pruned(mean, row["pass"])


def _context(experiment: Experiment, hydra: DictConfig) -> SweepContext:
    """Return the context of a job in its multirun, if it is part of one."""
    own, chosen = user_options(hydra), hydra.runtime.choices
    choices = {name: str(chosen[name]) for name in GROUPS if chosen.get(name)}
    named = {"experiment": str(chosen.experiment)} if chosen.get("experiment") else {}
    if OmegaConf.is_missing(hydra.job, "num"):
        told = short_name([str(word) for word in hydra.overrides.task if _tells_apart(str(word))])
        return SweepContext(tags=named, choices=choices, overrides=told, user_options=own)
    folder, sweep = Path(hydra.sweep.dir).resolve(), experiment.sweep
    varied = varied_words(folder, [str(word) for word in hydra.overrides.task])
    keys = [word.partition("=")[0].lstrip("+") for word in varied]
    named |= {option_name(key): str(chosen[key]) for key in keys if key in chosen and key != "dataset"}
    tags = {"sweep": folder.name, "trial": str(hydra.job.num if sweep.trial is None else sweep.trial), **named}
    values = [short_value(word.partition("=")[2]) for word in varied]
    choices |= dict(zip(varied_names([word.partition("=")[0] for word in varied]), values, strict=True))
    name, is_trial = short_name(varied), sweep.study is not None
    tell(f"\n{'trial' if is_trial else 'job'} {tags['trial']}  {name}")
    return SweepContext(
        parent=folder / SWEEP, name=name, tags=tags, choices=choices, is_trial=is_trial, user_options=own
    )


def _tells_apart(word: str) -> bool:
    """Return whether an override of a single run belongs into its name."""
    key, _, value = word.partition("=")
    root = re.split(r"[./@]", key.lstrip("+~"))[0]
    return bool(value) and len(value) <= MAX_VALUE and root not in NO_EFFECT and key not in (*NAMED, "dataset.root")


def _command(hydra: DictConfig, seed: int | None) -> str:
    """Return the command that makes a run of the job again."""
    words = [str(word) for word in hydra.overrides.task]
    return remake_command(words, user_options=user_options(hydra), n_processes=world_size(), seed=seed)


@contextmanager
def _study_trial(experiment: Experiment, hydra: DictConfig) -> Iterator[Trial | None]:
    """Claim the job's trial of a study, if it has one."""
    study, number = experiment.sweep.study, experiment.sweep.trial
    if study is None or number is None or OmegaConf.is_missing(hydra.job, "num"):
        yield None
        return
    from eegbench.sweep.job import open_trial  # here, as Optuna is slow to import
    from eegbench.sweep.storage import storage_address

    pruner = hydra.sweeper.get("pruner")
    address = storage_address(hydra.sweeper.storage, Path(experiment.paths.sweeps).resolve(), study)
    node = plain(pruner) if pruner else None
    with open_trial(address=address, study=study, number=number, pruner=node) as trial:
        yield trial
