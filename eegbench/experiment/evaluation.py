"""Evaluation of an encoder: fit probes to it and to its controls, predict the same windows, and score them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data
from eegbench.experiment.hand_made_features import hand_made
from eegbench.experiment.label_curves import label_curves
from eegbench.experiment.probing import Rows, fit_probe, scored_rows, with_variance
from eegbench.inference.description import Description
from eegbench.inference.embedding import Encoded, with_padding
from eegbench.inference.model_folder import NETWORK
from eegbench.probe import Classifier, Head
from eegbench.probe.control import HAND_MADE, RANDOM_WEIGHTS, UNFITTED, chance, control_name, majority
from eegbench.probe.head_classifier import HeadClassifier
from eegbench.probe.voting_classifier import VotingClassifier
from eegbench.score import predictions_frame, score
from eegbench.split.base import Split
from eegbench.task import Task
from eegbench.types import SPLITS, Predictions, Score


@dataclass(frozen=True)
class Answers:
    """Predictions for the windows of all splits from the trained encoder.

    Attributes
    ----------
    classifiers
        Classifiers by name: ``network``, the head trained with the encoder, if the task has a head of the dataset's
        classes; then the probes, the main one first.
    predictions
        Predictions of each classifier, in the same order.
    """

    classifiers: dict[str, Classifier]
    predictions: list[Predictions]


@dataclass(frozen=True)
class Evaluation:
    """Predictions and scores of the probes and their controls.

    Attributes
    ----------
    classifiers
        See `Answers`.
    fitted_with
        Name of the probe that was fitted, by the name of the control.
    predictions
        Predictions with a row for each probe and window, as in ``predictions.parquet``.
    scores
        Every metric of every probe on every split.
    facts
        Chosen settings and durations of each fit, by the name of the probe or control.
    curves
        Rows of ``label_curve.csv``; None without a label curve.
    """

    classifiers: dict[str, Classifier]
    fitted_with: dict[str, str]
    predictions: pd.DataFrame
    scores: list[Score]
    facts: dict[str, dict[str, float | int | str]]
    curves: pd.DataFrame | None


def answer(encoded: Encoded, task: Task, data: Data, experiment: Experiment, description: Description) -> Answers:
    """Fit every probe on train, choose on valid, and predict every split once.

    Parameters
    ----------
    encoded
        Trained encoder and its embeddings of the windows.
    task
        Task that was trained with it.
    data, experiment
        Windows, and options of the probes.
    description
        Description of the run's networks, without their weights.
    """
    rows = scored_rows(data)
    network = network_classifier(encoded, task, data, description)
    classifiers = {NETWORK: network} if network else {}
    for name in experiment.probes.of_encoder:
        classifiers[name] = fit_probe(experiment, name, encoded, data, rows)
    return Answers(classifiers, _predicted(classifiers, data, rows))


def evaluate(
    answers: Answers, untrained: Mapping[str, Encoded], data: Data, experiment: Experiment, *, mark: str
) -> Evaluation:
    """Fit all controls on train, choose on valid, predict every split once, and score all.

    Parameters
    ----------
    answers
        Predictions from the trained encoder.
    untrained
        Embeddings of the scored windows by the name of the control (`untrained_embeddings`).
    data, experiment
        Windows, and options of the probes.
    mark
        Text that follows the name of the split of every score, such as ``(within subject)``.
    """
    rows = scored_rows(data)
    controls, fitted_with = _controls(untrained, data, experiment, rows)
    guesses = np.random.default_rng([experiment.seed, len(SPLITS), *_fold(experiment.split)])
    predictions = [*answers.predictions, *_predicted(controls, data, rows), *_guesses(data, rows, guesses)]
    frame = predictions_frame(predictions, data.store.table)
    scores = score(frame, classes=data.store.classes, mark=mark)
    fitted = {name: one for name, one in (answers.classifiers | controls).items() if name != NETWORK}
    facts = {name: dict(one.facts) for name, one in fitted.items()}
    curves = label_curves(answers.classifiers | controls, data)
    return Evaluation(answers.classifiers, fitted_with, frame, scores, facts, curves)


def untrained_embeddings(
    random_weights: Mapping[str, Encoded], data: Data, experiment: Experiment
) -> dict[str, Encoded]:
    """Return the embeddings that probes are fitted to as controls: random weights, and hand-made features.

    Parameters
    ----------
    random_weights
        The same encoder before training and its embeddings of the scored windows, by the name of the control.
    data, experiment
        Windows, and options of the probes. Hand-made features are made if a probe uses embeddings.
    """
    if not any(probe.needs == "embeddings" for probe in experiment.probes.of.values()):
        return dict(random_weights)
    every = np.concatenate(list(scored_rows(data).values()))
    features = hand_made(data.store, experiment.probes.hand_made, experiment.storage, every)
    return {**random_weights, HAND_MADE: features}


def network_classifier(encoded: Encoded, task: Task, data: Data, description: Description) -> Classifier | None:
    """Return the head that was trained with the encoder, or None if the task has no head of the dataset's classes."""
    network = task.network(encoded.encoder, description)
    if network is None:
        return None
    if network.sequence is not None:
        parts = [data.part(split) for split in SPLITS]
        embeddings = with_padding(encoded.encoder, encoded.store, encoded.embeddings)
        return VotingClassifier(network.eval(), embeddings=embeddings, parts=parts)
    weight, bias = (tensor.double().cpu().numpy() for tensor in (network.weight, network.bias))
    head = Head(weight=weight, bias=bias)
    return HeadClassifier(encoded.encoder, head=head, features=encoded.embeddings.at, facts={})


def _controls(
    untrained: Mapping[str, Encoded], data: Data, experiment: Experiment, rows: Rows
) -> tuple[dict[str, Classifier], dict[str, str]]:
    """Fit every probe to the encoder before training, those of embeddings to hand-made features, those of windows once.

    Returns
    -------
    classifiers, fitted_with
        Classifier and name of the fitted probe, both by the name of the control. A probe of windows has its own name.
    """
    probes = experiment.probes
    classifiers, fitted_with = {}, {}
    for name, probe in probes.of_encoder.items():
        for control, encoded in untrained.items():
            if control == HAND_MADE and probe.needs == "encoder":  # hand-made features have no encoder to train
                continue
            if control == UNFITTED and name != probes.main:  # one probe suffices to compare the two
                continue
            row = control_name(control, name, probes.main)
            classifiers[row], fitted_with[row] = fit_probe(experiment, name, encoded, data, rows), name
    given = with_variance(untrained[RANDOM_WEIGHTS])
    for name in (name for name in probes.of if name not in probes.of_encoder):
        classifiers[name], fitted_with[name] = fit_probe(experiment, name, given, data, rows), name
    return classifiers, fitted_with


def _predicted(classifiers: Mapping[str, Classifier], data: Data, rows: Rows) -> list[Predictions]:
    """Return the predictions of each classifier for the scored windows of all splits."""
    every = np.concatenate(list(rows.values()))
    checked = {name: _checked(name, one.probabilities(every), data) for name, one in classifiers.items()}
    return [_predictions(name, probabilities, data, every) for name, probabilities in checked.items()]


def _checked(name: str, probabilities: np.ndarray, data: Data) -> np.ndarray:
    """Refuse values that are not probabilities of the classes; argmax would return a class for them all the same."""
    n_classes = len(data.store.classes)
    if probabilities.ndim != 2 or probabilities.shape[1] != n_classes:
        raise ValueError(
            f"probe={name}: the probabilities have shape {probabilities.shape}; (n_windows, {n_classes}) is expected."
        )
    wrong = ~(np.isfinite(probabilities).all(axis=1) & (probabilities >= 0).all(axis=1))
    wrong |= ~np.isclose(probabilities.sum(axis=1), 1, atol=1e-4)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"probe={name}: {probabilities[row].tolist()} are not probabilities; non-negative numbers that sum to 1 "
            f"are expected for every window, and {int(wrong.sum())} of {len(wrong)} windows have other values."
        )
    return probabilities


def _fold(split: Split) -> list[int]:
    """Return the number of the fold, if there is one, as part of the seed: guesses of folds must be independent."""
    return [] if split.fold is None else [split.fold]


def _guesses(data: Data, rows: Rows, rng: np.random.Generator) -> list[Predictions]:
    every, n_classes = np.concatenate(list(rows.values())), len(data.store.classes)
    held = np.isin(np.arange(n_classes), data.labels(every))
    commonest = majority(len(every), data.labels(rows["train"]), n_classes)
    return [
        _predictions("majority", commonest, data, every),
        _predictions("chance", chance(len(every), held, rng), data, every),
    ]


def _predictions(name: str, probabilities: np.ndarray, data: Data, rows: Int[np.ndarray, "n"]) -> Predictions:
    return Predictions(name, rows, data.labels(rows), probabilities, data.store.classes)
