"""Evaluation of a trained run: embeddings, probes and scores are computed and written, then figures are plotted."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eegbench.atomic import write_arrays, write_parquet
from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data
from eegbench.experiment.evaluation import (
    Evaluation,
    answer,
    evaluate,
    untrained_embeddings,
)
from eegbench.experiment.pretext import Pretext, evaluate_pretext
from eegbench.experiment.probing import embed_all
from eegbench.experiment.random_weights import random_weights
from eegbench.experiment.saved_networks import calibrated, describe_network, headless
from eegbench.experiment.score_tables import write_score_tables
from eegbench.experiment.training import Trained
from eegbench.inference.description import Description
from eegbench.inference.embedding import Embeddings, Encoded
from eegbench.inference.model_folder import model_folder
from eegbench.inference.network import save_network
from eegbench.inference.served_model import LOADER
from eegbench.probe.control import FITTED
from eegbench.progress import tell
from eegbench.report.album import Album
from eegbench.report.run_figures import (
    plot_embeddings,
    plot_label_curve,
    plot_predictions,
    plot_pretext,
    plot_scores,
    plot_training,
)
from eegbench.tracking.base import ServedModel
from eegbench.trainer import Trainer

PRETEXT, TRAINING = "pretext", "training"
"""Kinds of tasks in the names of metrics: without labels, and supervised by the dataset's classes."""


@dataclass(frozen=True)
class Result:
    """Embeddings, scores and saved model of a trained run.

    Attributes
    ----------
    embeddings
        Embeddings of all windows in splits.
    task_kind
        ``pretext``, or ``training`` if the task is supervised by the dataset's classes.
    task_figures
        Metrics of the task by split: a pretext task on valid and test; a supervised task on valid only, as the network
        is scored on test.
    evaluation
        Scores of probes and controls; None without labels.
    model
        Saved encoder with the main probe's head, for a tracker; None without labels, or if that probe has no head.
    """

    embeddings: Embeddings
    task_kind: str
    task_figures: dict[str, Pretext]
    evaluation: Evaluation | None
    model: ServedModel | None


def conclude(experiment: Experiment, data: Data, trained: Trained, folder: Path, *, mark: str) -> Result:
    """Evaluate a trained encoder, and write predictions, scores and networks to the run's folder.

    Parameters
    ----------
    experiment, data, trained
        Experiment, its data, and the result of training.
    folder
        Folder of the run.
    mark
        Text that follows the name of the split of every score, such as ``(within subject)``.
    """
    embeddings = embed_all(trained.encoder, data)
    kind = TRAINING if trained.task.uses_labels() else PRETEXT
    asked = _ask(trained, experiment.trainer, data, embeddings, ("valid",) if kind == TRAINING else ("valid", "test"))
    write_arrays(folder / "embeddings.npz", {"features": embeddings.features, "rows": embeddings.rows})
    places = ["shard", *(f"sample_{name}" for name in data.store.form.groups)]
    write_parquet(folder / "windows.parquet", data.store.table.drop(columns=places))
    is_labelled = bool(data.store.table["scored"].any())
    known = describe_network(experiment, data)
    encoded = Encoded(trained.encoder, data.store, embeddings)
    answers = answer(encoded, trained.task, data, experiment, known) if is_labelled else None
    evaluation = None
    if answers is not None:
        untrained = untrained_embeddings(random_weights(trained.random_encoder, data, experiment), data, experiment)
        evaluation = evaluate(answers, untrained, data, experiment, mark=mark)
        embedded = {"encoder": embeddings} | {name: one.embeddings for name, one in untrained.items() if name in FITTED}
        write_score_tables(evaluation, embedded, data, experiment, folder, mark=mark)
    model = _save_networks(experiment, data, trained, evaluation, known, folder)
    return Result(embeddings, kind, asked, evaluation, model)


def draw(experiment: Experiment, data: Data, trained: Trained, result: Result, folder: Path) -> None:
    """Plot the figures of an evaluated run, and write their data. If a figure fails, the others are still plotted.

    Raises
    ------
    Exception
        The error of the first figure that failed, after all others are written.
    """
    album = Album(folder, experiment.explanation.figures)
    plot_training(trained.fit, album)
    if result.task_kind == PRETEXT:  # a supervised task has the network's confusion matrix
        answered = {split: done.counts for split, done in result.task_figures.items() if done.counts is not None}
        plot_pretext(answered, trained.task.classes, album)
    if evaluation := result.evaluation:
        store, predictions = data.store, evaluation.predictions
        of_classifiers = predictions[predictions["probe"].isin(evaluation.classifiers)]
        main, cut_by = experiment.probes.main, experiment.preprocessing
        plot_predictions(of_classifiers, main, store, cut_by, within_subject=data.within_subject, album=album)
        n_held = predictions["label"].nunique()
        plot_scores(predictions, evaluation.scores, evaluation.fitted_with, n_held, album)
        if evaluation.curves is not None:
            plot_label_curve(evaluation.curves, n_held, album)
    plot_embeddings(result.embeddings, data.store, experiment.projections, experiment.seed, album)
    album.raise_failed()


def _ask(
    trained: Trained, trainer: Trainer, data: Data, embeddings: Embeddings, splits: Sequence[str]
) -> dict[str, Pretext]:
    """Evaluate the task on the splits in which the sampler finds examples."""
    found = {}
    for split in (split for split in splits if len(data.part(split))):
        try:
            part = data.part(split)
            found[split] = evaluate_pretext(trained, trainer, part, embeddings)
        except ValueError as error:  # for example recordings that are too short for the sampler
            tell(f"the task is not evaluated on {split}: {error}")
    return found


def _save_networks(
    experiment: Experiment,
    data: Data,
    trained: Trained,
    evaluation: Evaluation | None,
    known: Description,
    folder: Path,
) -> ServedModel | None:
    """Save the encoder and head of every classifier that has a head, each in its folder; return the main probe's.

    The encoder is always saved in the folder of the main probe. Without labels, or if that probe has no head, it is
    saved with a head of zero classes.
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
        tell(f"the probe {main} has no head: model/ contains the encoder only, and no model is sent to the tracker")
        return None
    if len(data.store.form.groups) > 1:  # MLflow serves models of one array
        return None
    return _served(data, model_folder(folder, main, main))


def _served(data: Data, folder: Path) -> ServedModel:
    form, group = data.store.form, data.store.form.only
    metadata = {"channels": list(group.channels), "sfreq": group.sfreq, "normalise": form.normalise}
    return ServedModel(
        loader=LOADER,
        folder=folder,
        input_shape=(group.n_channels, group.n_times),
        classes=tuple(data.store.classes),
        metadata=metadata | {"classes": list(data.store.classes), "unit": "µV"},
    )
