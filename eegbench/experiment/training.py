"""Training of encoder and task on train, monitored on valid."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eegbench.atomic import write_csv
from eegbench.distributed import leave
from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data, class_counts
from eegbench.experiment.initial_weights import CHECKPOINTS, start_encoder, start_from_checkpoint
from eegbench.experiment.normaliser_fit import fit_encoders
from eegbench.experiment.probing import valid_scores
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
    """Result of training.

    Attributes
    ----------
    encoder, random_encoder
        Trained encoder, and a copy with random weights.
    task, material, fit
        Task, its windows and sampler, and the history of training.
    """

    encoder: Encoder
    random_encoder: Encoder
    task: Task
    material: Material
    fit: Fit


def train(experiment: Experiment, data: Data, folder: Path, run: TrackedRun, watch: Watch) -> Trained:
    """Train, fit the main probe at intervals, and write checkpoints and the history.

    Parameters
    ----------
    experiment, data
        Experiment and its data.
    folder
        Folder of the run; an interrupted training is continued.
    run
        Run in the tracker, to which metrics of each pass are logged.
    watch
        Function called after each pass.

    Raises
    ------
    Pruned
        If `watch` stops the run early.
    NonFiniteLossError
        If the loss is not finite.
    """
    encoder, random_encoder, task, material = _prepare(experiment, data)
    after_pass = _after_pass(experiment, data, (encoder, task), run, watch)
    fit = experiment.trainer.fit(encoder, task, material, folder=folder / CHECKPOINTS, after_pass=after_pass)
    leave()  # the rest is done by one process
    for note in fit.notes:
        tell(f"note: {note}")
    write_csv(folder / "history.csv", fit.history)
    return Trained(encoder, random_encoder, task, material, fit)


def train_along(experiment: Experiment, data: Data, folder: Path) -> None:
    """Train in a process other than process 0; only process 0 writes, prints and evaluates."""
    encoder, _, task, material = _prepare(experiment, data)
    experiment.trainer.fit(encoder, task, material, folder=folder / CHECKPOINTS, after_pass=lambda row: row)


def _prepare(experiment: Experiment, data: Data) -> tuple[Encoder, Encoder, Task, Material]:
    """Build the encoder, its copy with random weights, the task, and the material of training."""
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
    """Build the task for the embeddings of an encoder and the classes of train.

    Raises
    ------
    ValueError
        If the classes of train do not suit the task's options.
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
    """Return the function that is called after each pass.

    It computes scores on valid (by trial, and of the main probe if it is due), prints a line, logs to the tracker, and
    calls `watch`.
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
        first = {OBJECTIVE: extra[column]} if column in extra else {}  # shown first in MLflow's comparison
        known = {**first, **row, **extra}
        run.log_pass(row["pass"], {n: float(v) for n, v in known.items() if n != "pass" and v is not None})
        watch({**row, **extra})
        return extra

    return after_pass
