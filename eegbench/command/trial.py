"""A job of ``eegbench train``: one experiment, or one for each of ``sweep.seeds``, and its value for the sweep."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import DictConfig, OmegaConf

from eegbench.command.experiment import run_experiment
from eegbench.command.options import objectives
from eegbench.command.summary import Options
from eegbench.progress import tell
from eegbench.sweep.base import Pruned, Trial
from eegbench.sweep.objective import values, values_there, watched
from eegbench.sweep.sweep_context import SWEEP, SweepContext, short_name, varied_words
from eegbench.trainer.base import NonFiniteLossError


def run_trial(options: Options, hydra: DictConfig) -> float | list[float] | None:
    """Run a job's experiments and return what its sweep seeks; None where there are no labels."""
    folder = Path(hydra.runtime.output_dir).resolve()
    member = _membership(options, hydra)
    with _study_trial(options, hydra) as trial:
        try:
            found = _over_seeds(options, folder, member, trial)
        except Pruned as given_up:
            if trial:
                trial.prune()
            return given_up.value
        except NonFiniteLossError:
            if trial is None:
                raise
            found = [math.nan] * len(objectives(options))
        if trial and found:
            trial.end(found)
    return found[0] if found and len(found) == 1 else found


def _over_seeds(options: Options, folder: Path, member: SweepContext, trial: Trial | None) -> list[float] | None:
    """Run the experiment with each seed and return the mean of each objective."""
    seeds: Sequence[int] = options["sweep"]["seeds"]
    found: list[list[float]] = []
    for position, seed in enumerate(seeds or [options["seed"]]):
        named = replace(member, name=f"{member.name} seed {seed}".strip()) if seeds else member
        watching = replace(named, watch=_Watch(options, trial, position, [one[0] for one in found]))
        place = folder / f"seed_{seed}" if seeds else folder
        metrics = run_experiment({**options, "seed": seed}, place, watching)
        if trial is None and not values_there(metrics, objectives(options)):
            return None
        found.append(values(metrics, objectives(options)))
    return [float(mean) for mean in np.mean(found, axis=0)]


class _Watch:
    """Tells the study how a trial comes along, and gives it up when the study says so.

    With several seeds the value is the mean over the seeds so far, the one in training with its present score, and
    steps count on from seed to seed: trials are compared at the same pass of the same seed.
    """

    def __init__(self, options: Options, trial: Trial | None, position: int, earlier: Sequence[float]) -> None:
        self.trial, self.earlier = trial, list(earlier)
        self.column = watched(objectives(options)[0])
        self.is_watching = trial is not None and len(objectives(options)) == 1
        n_passes = int(options["trainer"].get("max_passes") or 0)
        self.before = position * n_passes
        self.last_step = max(1, len(options["sweep"]["seeds"])) * n_passes

    def __call__(self, row: Mapping[str, Any]) -> None:
        value = row.get(self.column)
        if not self.is_watching or value is None or row["pass"] == 0:
            return
        assert self.trial is not None
        mean = float(np.mean([*self.earlier, value]))
        step = self.before + row["pass"]
        if self.trial.report(mean, step) and step < self.last_step:  # what is trained to its end is evaluated
            raise Pruned(mean, row["pass"])


def _membership(options: Options, hydra: DictConfig) -> SweepContext:
    """Find the multirun that a job belongs to, if there is one."""
    if OmegaConf.is_missing(hydra.job, "num"):
        return SweepContext()
    folder = Path(hydra.sweep.dir).resolve()
    varied = varied_words(folder, [str(word) for word in hydra.overrides.task])
    trial = options["sweep"]["trial"]
    tags = {"sweep": folder.name, "trial": str(hydra.job.num if trial is None else trial)}
    name, is_trial = short_name(varied), options["sweep"]["study"] is not None
    tell(f"\n{'trial' if is_trial else 'job'} {tags['trial']}  {name}")
    return SweepContext(parent=folder / SWEEP, name=name, tags=tags, is_trial=is_trial)


@contextmanager
def _study_trial(options: Options, hydra: DictConfig) -> Iterator[Trial | None]:
    """Hold the trial of the study that the job is, if it is one."""
    study, number = options["sweep"]["study"], options["sweep"]["trial"]
    if study is None or OmegaConf.is_missing(hydra.job, "num"):
        yield None
        return
    from eegbench.sweep.job import open_trial  # here, as Optuna takes long to import
    from eegbench.sweep.storage import storage_address

    pruner = hydra.sweeper.get("pruner")
    address = storage_address(hydra.sweeper.storage, Path(options["paths"]["sweeps"]).resolve(), study)
    node = OmegaConf.to_container(pruner, resolve=True) if pruner else None
    assert node is None or isinstance(node, dict)
    with open_trial(address=address, study=study, number=number, pruner=_node(node)) as trial:
        yield trial


def _node(node: dict[Any, Any] | None) -> dict[str, Any] | None:
    return {str(name): value for name, value in node.items()} if node else None
