"""The first half of an experiment: train encoder and task on train, watched on valid."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eegbench.atomic import write_csv
from eegbench.distributed import leave
from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data, class_counts
from eegbench.experiment.fitting import fit_encoders
from eegbench.experiment.probing import valid_scores
from eegbench.experiment.start import CHECKPOINTS, start_encoder, start_from_checkpoint
from eegbench.experiment.trial_scores import trial_scores
from eegbench.model.base import Encoder
from eegbench.progress import tell
from eegbench.report.console import tell_pass
from eegbench.sweep.objective import OBJECTIVE, watched
from eegbench.sweep.sweep_context import Watch
from eegbench.task import Task
from eegbench.tracking.base import TrackedRun
from eegbench.trainer import Fit, Material
from eegbench.trainer.base import AfterPass


@dataclass(frozen=True)
class Trained:
    """What training leaves to evaluate.

    Attributes
    ----------
    encoder, random_encoder
        The trained encoder, and the same one with random weights.
    task, material, fit
        What was asked, of what, and how it went.
    """

    encoder: Encoder
    random_encoder: Encoder
    task: Task
    material: Material
    fit: Fit


def train(experiment: Experiment, data: Data, folder: Path, run: TrackedRun, watch: Watch) -> Trained:
    """Train, probe on valid as often as asked, and keep checkpoints and the history.

    Parameters
    ----------
    experiment, data
        What is trained, on what.
    folder
        The run's folder; a training that was interrupted there goes on.
    run
        Takes the metrics of each pass.
    watch
        Called after each pass.

    Raises
    ------
    Pruned
        Where `watch` gives the run up.
    NonFiniteLossError
        Where the loss is not finite.
    """
    encoder, random_encoder, task, material = _prepare(experiment, data)
    after_pass = _after_pass(experiment, data, (encoder, task), run, watch)
    fit = experiment.trainer.fit(encoder, task, material, folder=folder / CHECKPOINTS, after_pass=after_pass)
    leave()  # what follows is done by one process
    for note in fit.notes:
        tell(f"note: {note}")
    write_csv(folder / "history.csv", fit.history)
    return Trained(encoder, random_encoder, task, material, fit)


def train_along(experiment: Experiment, data: Data, folder: Path) -> None:
    """Train in one of several processes that is not process 0, which alone writes, prints and evaluates."""
    encoder, _, task, material = _prepare(experiment, data)
    experiment.trainer.fit(encoder, task, material, folder=folder / CHECKPOINTS, after_pass=lambda row: row)


def _prepare(experiment: Experiment, data: Data) -> tuple[Encoder, Encoder, Task, Material]:
    """Build the encoder, the same one with random weights, the task, and what they train on."""
    store = data.store
    encoder, random_encoder = (one.to(store.device) for one in start_encoder(experiment, store))
    fit_encoders((random_encoder,) if experiment.encoder else (encoder, random_encoder), data, experiment)
    task = build_task(experiment, data, encoder).to(store.device)
    start_from_checkpoint(experiment, encoder, task)
    task.start(encoder)
    material = Material(
        store=store,
        train=data.part("train"),
        valid=data.part("valid"),
        sampler=experiment.sampler,
        seed=experiment.seed,
    )
    return encoder, random_encoder, task, material


def build_task(experiment: Experiment, data: Data, encoder: Encoder) -> Task:
    """Build the task for the embeddings of an encoder, and for what train holds.

    Raises
    ------
    ValueError
        Where train does not suit the task's options.
    """
    return experiment.task.build(
        embed_dim=encoder.embed_dim,
        class_names=data.store.classes,
        class_counts=class_counts(data, "train"),
        form=data.store.form,
        layout=experiment.sampler.layout,
    )


def _after_pass(
    experiment: Experiment, data: Data, trained: tuple[Encoder, Task], run: TrackedRun, watch: Watch
) -> AfterPass:
    """Return what happens after each pass: scores on valid, by trial and of a probe where one is due, and reports.

    A line is printed, the tracker takes the values, and `watch` is called.
    """
    encoder, task = trained
    every, last = experiment.probes.every, experiment.trainer.max_passes
    has_labels = bool(data.store.table["scored"].any())
    column = watched(experiment.sweep.objectives[0], experiment.probes.main)

    def after_pass(row: Mapping[str, Any]) -> Mapping[str, float]:
        due = has_labels and every > 0 and (row["pass"] % every == 0 or row["pass"] == last)
        scores = valid_scores(encoder, experiment, data) if due else {}
        probed = {f"probe_valid_{metric}": value for metric, value in scores.items()}
        extra = trial_scores(encoder, task, data) | probed
        tell_pass({**row, **extra})
        first = {OBJECTIVE: extra[column]} if column in extra else {}  # what MLflow's comparison shows first
        known = {**first, **row, **extra}
        run.log_pass(row["pass"], {n: float(v) for n, v in known.items() if n != "pass" and v is not None})
        watch({**row, **extra})
        return extra

    return after_pass
