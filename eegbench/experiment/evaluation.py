"""The second half of every experiment: probe the encoder and its controls, on the same windows in the same way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Int

from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data
from eegbench.experiment.hand_made import hand_made
from eegbench.inference.embedding import Embeddings
from eegbench.inference.predictor import NETWORK, Predictor
from eegbench.inference.trial import embed_trials
from eegbench.model.base import Encoder
from eegbench.probe import Head, Probe
from eegbench.probe.base import Labelled
from eegbench.probe.control import chance, majority
from eegbench.score import confusion_matrix, predictions_frame, score
from eegbench.score.metric import evaluate as evaluate_counts
from eegbench.split.base import Split
from eegbench.task import Task
from eegbench.types import SPLITS, Predictions, Score


@dataclass(frozen=True)
class Evaluation:
    """What the probe and its controls said.

    Attributes
    ----------
    head
        The probe's head on the trained encoder.
    predictions
        A row a probe and window, as in ``predictions.parquet``.
    scores
        Every metric of every probe on every split.
    converged
        Iterations and C of each fitted head.
    """

    head: Head
    predictions: pd.DataFrame
    scores: list[Score]
    converged: dict[str, dict[str, float]]


def embed_all(encoder: Encoder, data: Data) -> Embeddings:
    """Encode every window (or trial) that is not rejected and belongs to a split, scored or not."""
    return embed_trials(encoder, data.store, np.concatenate([data.rows(split, scored=False) for split in SPLITS]))


def embed_scored(encoder: Encoder, data: Data) -> Embeddings:
    """Encode the windows (or trials) that probes are fitted to and tested on."""
    return embed_trials(encoder, data.store, np.concatenate(list(_scored(data).values())))


@dataclass(frozen=True)
class Answers:
    """What the trained encoder says of the windows of every split.

    Attributes
    ----------
    heads
        The probe's, ``linear``, and where the task has a head of the dataset's classes that one, ``network``.
    predictions
        Of each head, in the same order.
    """

    heads: dict[str, Head]
    predictions: list[Predictions]


def answer(embeddings: Embeddings, task: Task, data: Data, probe: Probe) -> Answers:
    """Fit the probe on train, choose on valid, and predict every split once.

    Parameters
    ----------
    embeddings
        Of the trained encoder.
    task
        What was trained with it.
    data
        The windows.
    probe
        Fits a head.
    """
    heads = {NETWORK: network} if (network := network_head(task)) else {}
    rows = _scored(data)
    every = np.concatenate(list(rows.values()))
    heads["linear"] = fit_head(probe, embeddings, data, rows)
    return Answers(heads, [_said(name, head, embeddings, data, every) for name, head in heads.items()])


def evaluate(
    answers: Answers, random_weights: Embeddings, data: Data, experiment: Experiment, *, mark: str
) -> Evaluation:
    """Fit the probe's controls on train, choose on valid, predict every split once, and score all.

    Parameters
    ----------
    answers
        Of the trained encoder.
    random_weights
        Embeddings of the scored windows by the same encoder before training.
    data, experiment
        The windows, and how they are probed.
    mark
        What stands next to every score's split, such as ``(within subject)``.
    """
    probe, rows = experiment.probes.linear, _scored(data)
    every = np.concatenate(list(rows.values()))
    features = hand_made(data.store, experiment.probes.hand_made, experiment.storage, every)
    controls = {"random_weights": random_weights, "hand_made": features}
    heads = {name: fit_head(probe, made, data, rows) for name, made in controls.items()}
    said = [_said(name, heads[name], made, data, every) for name, made in controls.items()]
    guesses = np.random.default_rng([experiment.seed, len(SPLITS), *_fold(experiment.split)])
    predictions = [*answers.predictions, *said, *_guesses(data, rows, every, guesses)]
    frame = predictions_frame(predictions, data.store.table)
    scores = score(frame, classes=data.store.classes, rng=np.random.default_rng(0), mark=mark)
    fitted = {"linear": answers.heads["linear"], **heads}
    converged = {name: {"C": head.C, "n_iter": head.n_iter} for name, head in fitted.items()}
    return Evaluation(fitted["linear"], frame, scores, converged)


def network_head(task: Task) -> Head | None:
    """Return the head that was trained with the encoder, where the task has one of the dataset's classes."""
    layer = task.linear_head()
    if layer is None:
        return None
    weight, bias = (tensor.detach().double().cpu().numpy() for tensor in (layer.weight, layer.bias))
    return Head(weight=weight, bias=bias, C=float("nan"), n_iter=0)


def fit_head(probe: Probe, embeddings: Embeddings, data: Data, rows: Mapping[str, Int[np.ndarray, "_"]]) -> Head:
    """Fit a probe's head on train, chosen on valid."""
    train, valid = (Labelled(embeddings.at(rows[s]), data.labels(rows[s])) for s in ("train", "valid"))
    return probe.fit(train, valid, len(data.store.classes))


def valid_scores(encoder: Encoder, probe: Probe, data: Data) -> dict[str, float]:
    """Return the probe's overall scores on valid, pooled: what training may watch and sweeps may maximise."""
    rows = {split: data.rows(split, scored=True) for split in ("train", "valid")}
    embeddings = embed_trials(encoder, data.store, np.concatenate(list(rows.values())))
    head = fit_head(probe, embeddings, data, rows)
    said = _predictions("linear", head.probabilities(embeddings.at(rows["valid"])), data, rows["valid"])
    counts = confusion_matrix(said.label, said.predicted, len(data.store.classes))
    scores = evaluate_counts(counts, data.store.classes)
    return {metric: float(value) for metric, value in scores.items() if not metric.startswith("f1/")}


def predictor(encoder: Encoder, head: Head | None, data: Data, spec: Mapping[str, Any]) -> Predictor:
    """Join the encoder and the probe's head, as float32 on the CPU; without labels the head has no classes."""
    weight = head.weight if head else np.zeros((0, encoder.embed_dim))
    bias = head.bias if head else np.zeros(0)
    return Predictor(
        encoder.cpu(),
        weight=torch.from_numpy(weight.astype(np.float32)),
        bias=torch.from_numpy(bias.astype(np.float32)),
        classes=data.store.classes if head else (),
        form=data.store.form,
        spec=spec,
    ).eval()


def _scored(data: Data) -> dict[str, Int[np.ndarray, "_"]]:
    """Return the rows of the scored windows of each split."""
    return {split: data.rows(split, scored=True) for split in SPLITS}


def _said(name: str, head: Head, embeddings: Embeddings, data: Data, rows: Int[np.ndarray, "n"]) -> Predictions:
    """Return what a head says of windows."""
    return _predictions(name, head.probabilities(embeddings.at(rows)), data, rows)


def _fold(split: Split) -> list[int]:
    """Return the number of the fold, if there is one: pooled guesses must be independent."""
    return [] if split.fold is None else [split.fold]


def _guesses(
    data: Data, rows: Mapping[str, Int[np.ndarray, "_"]], every: Int[np.ndarray, "n"], rng: np.random.Generator
) -> list[Predictions]:
    n_classes = len(data.store.classes)
    commonest = majority(len(every), data.labels(rows["train"]), n_classes)
    return [
        _predictions("majority", commonest, data, every),
        _predictions("chance", chance(len(every), n_classes, rng), data, every),
    ]


def _predictions(name: str, probabilities: np.ndarray, data: Data, rows: Int[np.ndarray, "n"]) -> Predictions:
    return Predictions(name, rows, data.labels(rows), probabilities, data.store.classes)
