"""The second half of an experiment: ask, embed, probe and score, then write all of it; figures come last."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from eegbench.atomic import write_arrays, write_csv, write_parquet
from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data
from eegbench.experiment.evaluation import (
    Answers,
    Evaluation,
    answer,
    evaluate,
)
from eegbench.experiment.pretext import Pretext, evaluate_pretext
from eegbench.experiment.probing import embed_all
from eegbench.experiment.random_weights import random_weights
from eegbench.experiment.saving import calibrated, describe_network, headless
from eegbench.experiment.training import Trained
from eegbench.inference.description import Description
from eegbench.inference.embedding import Embeddings, Encoded
from eegbench.inference.model_folder import model_folder
from eegbench.inference.network import save_network
from eegbench.progress import tell
from eegbench.report.album import Album
from eegbench.report.run_figures import (
    plot_embeddings,
    plot_predictions,
    plot_pretext,
    plot_scores,
    plot_training,
)
from eegbench.score import held_classes, per_recording, per_subject
from eegbench.tracking.base import ServedModel
from eegbench.trainer import Trainer

PRETEXT, TRAINING = "pretext", "training"
"""Kinds of tasks in the names of metrics: those without labels, and those that learn the dataset's classes."""


@dataclass(frozen=True)
class Result:
    """What came out of a training.

    Attributes
    ----------
    embeddings
        Of all windows in a split.
    task_kind
        ``pretext``, or ``training`` where the task learns the dataset's classes.
    task_figures
        How well the task is done, by split: a pretext task on valid and test; a supervised task on valid alone, as
        test has the scores of the network.
    evaluation
        Scores of probes and controls; None without labels.
    model
        The saved encoder with the main probe's head, as a tracker takes it; None without labels, and where that probe
        has no head.
    """

    embeddings: Embeddings
    task_kind: str
    task_figures: dict[str, Pretext]
    evaluation: Evaluation | None
    model: ServedModel | None


def conclude(experiment: Experiment, data: Data, trained: Trained, folder: Path, *, mark: str) -> Result:
    """Evaluate what was trained, and write predictions, scores and networks into the run's folder.

    Parameters
    ----------
    experiment, data, trained
        What was trained, on what.
    folder
        The run's folder.
    mark
        What stands next to every score's split, such as ``(within subject)``.
    """
    embeddings = embed_all(trained.encoder, data)
    kind = TRAINING if trained.task.is_supervised() else PRETEXT
    asked = _ask(trained, experiment.trainer, data, embeddings, ("valid",) if kind == TRAINING else ("valid", "test"))
    write_arrays(folder / "embeddings.npz", {"features": embeddings.features, "rows": embeddings.rows})
    places = ["shard", *(f"sample_{name}" for name in data.store.form.groups)]
    write_parquet(folder / "windows.parquet", data.store.table.drop(columns=places))
    is_labelled = bool(data.store.table["scored"].any())
    known = describe_network(experiment, data)
    encoded = Encoded(trained.encoder, data.store, embeddings)
    answers = answer(encoded, trained.task, data, experiment, known) if is_labelled else None
    evaluation = _score(experiment, data, trained, answers, folder, mark) if answers else None
    model = _save_networks(experiment, data, trained, evaluation, known, folder)
    return Result(embeddings, kind, asked, evaluation, model)


def draw(experiment: Experiment, data: Data, trained: Trained, result: Result, folder: Path) -> None:
    """Draw the figures of a run that is evaluated, and write their numbers; one that fails leaves the others.

    Raises
    ------
    Exception
        What the first figure that could not be drawn ended with, when all others are there.
    """
    album = Album(folder, experiment.explanation.figures)
    plot_training(trained.fit, album)
    if result.task_kind == PRETEXT:  # the network's confusion matrix is that of a supervised task
        answered = {split: done.counts for split, done in result.task_figures.items() if done.counts is not None}
        plot_pretext(answered, trained.task.classes, album)
    if evaluation := result.evaluation:
        store, predictions = data.store, evaluation.predictions
        said = predictions[predictions["probe"].isin(evaluation.classifiers)]
        main, cut_by = experiment.probes.main, experiment.preprocessing
        plot_predictions(said, main, store, cut_by, within_subject=data.within_subject, album=album)
        n_held = predictions["label"].nunique()
        plot_scores(predictions, evaluation.scores, evaluation.fitted_with, n_held, album)
    plot_embeddings(result.embeddings, data.store, experiment.projection, experiment.seed, album)
    album.raise_failed()


def _ask(
    trained: Trained, trainer: Trainer, data: Data, embeddings: Embeddings, splits: Sequence[str]
) -> dict[str, Pretext]:
    """Ask the task on some splits, where the sampler finds examples."""
    found = {}
    for split in (split for split in splits if len(data.part(split))):
        try:
            part = data.part(split)
            found[split] = evaluate_pretext(trained, trainer, part, embeddings)
        except ValueError as error:  # recordings too short for the sampler's times, say
            tell(f"no figure of the task on {split}: {error}")
    return found


def _score(
    experiment: Experiment, data: Data, trained: Trained, answers: Answers, folder: Path, mark: str
) -> Evaluation:
    """Evaluate the controls, and write predictions and scores."""
    untrained = random_weights(trained.random_encoder, data, experiment)
    evaluation = evaluate(answers, untrained, data, experiment, mark=mark)
    classes = held_classes(evaluation.predictions, data.store.classes)
    write_parquet(folder / "predictions.parquet", evaluation.predictions)
    write_csv(folder / "scores.csv", pd.DataFrame([score.row() for score in evaluation.scores]))
    write_csv(folder / "scores_per_recording.csv", per_recording(evaluation.predictions, classes))
    write_csv(folder / "scores_per_subject.csv", per_subject(evaluation.predictions, classes))
    return evaluation


def _save_networks(
    experiment: Experiment,
    data: Data,
    trained: Trained,
    evaluation: Evaluation | None,
    known: Description,
    folder: Path,
) -> ServedModel | None:
    """Save every classifier that has a head with its encoder, each in its place; return the main probe's.

    The place of the main probe holds an encoder in any case: without labels, and where that probe has no head, it has
    a head of no classes.
    """
    main, classifiers = experiment.probes.main, evaluation.classifiers if evaluation else {}
    networks = {name: calibrated(one, known, data) for name, one in classifiers.items()}
    for name, network in networks.items():
        if network:
            save_network(network, model_folder(folder, name, main))
    if not networks.get(main):
        save_network(headless(trained.encoder, known), model_folder(folder, main, main))
    if main not in classifiers:
        return None
    if networks[main] is None:
        tell(f"the probe {main} has no head: model/ holds the encoder alone, and the tracker keeps no model to serve")
        return None
    if len(data.store.form.groups) > 1:  # MLflow serves models of one array
        return None
    return _served(data, model_folder(folder, main, main))


def _served(data: Data, folder: Path) -> ServedModel:
    form, group = data.store.form, data.store.form.only
    metadata = {"channels": list(group.channels), "sfreq": group.sfreq, "normalise": form.normalise}
    return ServedModel(
        loader="eegbench.inference.served_model",
        folder=folder,
        input_shape=(group.n_channels, group.n_times),
        n_outputs=len(data.store.classes),
        metadata=metadata | {"classes": list(data.store.classes), "unit": "µV"},
    )
