"""What follows training: the task is asked, embeddings are probed and scored, all is drawn, the model is saved."""

import time
from pathlib import Path
from typing import Any

import pandas as pd

from eegbench.atomic import write_arrays, write_csv, write_parquet
from eegbench.command import figures
from eegbench.command.data import Data
from eegbench.command.evaluation import (
    NETWORK,
    Evaluation,
    answer,
    embed_all,
    embed_scored,
    evaluate,
    network_head,
    predictor,
    pretext_confusion,
)
from eegbench.command.options import objectives
from eegbench.command.summary import Counts, Options, Trained, final_metrics, mark_of, summarise
from eegbench.inference.embedding import Embeddings
from eegbench.inference.predictor import save_predictor
from eegbench.progress import tell
from eegbench.score import per_recording, per_subject
from eegbench.sweep.objective import OBJECTIVE, values_there
from eegbench.tracking.base import ServedModel


def conclude(
    options: Options, data: Data, trained: Trained, folder: Path, seen: list[str], began: float
) -> tuple[Evaluation | None, dict[str, Any], dict[str, float], ServedModel | None]:
    """Evaluate, summarise, and save the model."""
    album = figures.Album(folder, tuple(options["figures"]))
    outcome, pretext = _evaluate(options, data, trained, album, mark_of(data, seen))
    summary = summarise(options, data, trained, outcome, seen) | {"seconds": time.monotonic() - began}
    metrics = _metrics(options, summary, trained, pretext, outcome)
    return outcome, summary, metrics, _save_model(options, data, trained, outcome, folder)


def explain_or_tell(
    options: Options, data: Data, folder: Path, outcome: Evaluation | None
) -> tuple[dict[str, float], Exception | None]:
    """Show what the network looks at, where that was asked for; what fails there must not lose what was trained."""
    if outcome is None or not options["interpretability"]:
        return {}, None
    from eegbench.command.explanation import explain  # here: it loads what draws maps

    try:
        return explain(options, data, folder), None
    except Exception as error:  # noqa: BLE001  raised again once the run is finished
        tell(f"the run is finished, but for its maps; try them again with: eegbench explain run={folder}")
        return {}, error


def _metrics(
    options: Options, summary: Options, trained: Trained, pretext: dict[str, Counts], outcome: Evaluation | None
) -> dict[str, float]:
    """Name every figure of a run, and what a sweep seeks among them."""
    metrics = final_metrics(trained.fit, pretext, outcome)
    metrics |= {f"run/{name}": float(summary[name]) for name in ("seconds", "n_parameters")}
    there = values_there(metrics, objectives(options))
    return metrics | ({OBJECTIVE: there[0]} if there else {})


def _ask(trained: Trained, data: Data, embeddings: Embeddings) -> dict[str, Counts]:
    """Count what the task answers on valid and test, where the sampler finds examples."""
    found = {}
    for split in (split for split in ("valid", "test") if len(data.part(split))):
        try:
            part = data.part(split)
            found[split] = pretext_confusion(trained.encoder, trained.task, trained.material, part, embeddings)
        except ValueError as error:  # recordings too short for the sampler's times, say
            tell(f"no pretext figure of {split}: {error}")
    return found


def _evaluate(
    options: Options, data: Data, trained: Trained, album: figures.Album, mark: str
) -> tuple[Evaluation | None, dict[str, Counts]]:
    """Ask the task, embed, probe, score and draw; without labels there is nothing to probe."""
    embeddings = embed_all(trained.encoder, data)
    pretext = _ask(trained, data, embeddings)
    is_labelled = bool(data.store.table["scored"].any())
    random_weights = embed_scored(trained.random_encoder, data) if is_labelled else None
    figures.draw_training(trained.fit.history, trained.fit.best_pass, album)
    figures.draw_pretext(pretext, trained.task.classes, album)
    figures.draw_embeddings(embeddings, data, options["projection"], options["seed"], album)
    _write_embeddings(embeddings, data, album.folder)
    if random_weights is None:
        return None, pretext
    answers = answer(embeddings, trained.task, data, options)
    figures.draw_answers(answers, data, album)
    outcome = evaluate(answers, random_weights, data, options, mark=mark)
    _write_scores(outcome, data, album.folder)
    figures.draw_scores(outcome, data, album)
    return outcome, pretext


def _write_embeddings(embeddings: Embeddings, data: Data, folder: Path) -> None:
    write_arrays(folder / "embeddings.npz", {"features": embeddings.features, "rows": embeddings.rows})
    write_parquet(folder / "windows.parquet", data.store.table.drop(columns=["shard", "sample"]))


def _write_scores(outcome: Evaluation, data: Data, folder: Path) -> None:
    classes = data.store.classes
    write_parquet(folder / "predictions.parquet", outcome.predictions)
    write_csv(folder / "scores.csv", pd.DataFrame([score.row() for score in outcome.scores]))
    write_csv(folder / "scores_per_recording.csv", per_recording(outcome.predictions, classes))
    write_csv(folder / "scores_per_subject.csv", per_subject(outcome.predictions, classes))


def _save_model(
    options: Options, data: Data, trained: Trained, outcome: Evaluation | None, folder: Path
) -> ServedModel | None:
    """Save the encoder with the probe's head, or with a head of no classes where nobody gave labels.

    Where a head of the dataset's classes was trained with the encoder, they are saved together as a second model.
    """
    signals = data.store.signals
    if outcome and (network := network_head(trained.task)):
        save_predictor(predictor(trained.encoder, network, data, options), folder / NETWORK)
    made = predictor(trained.encoder, outcome.head if outcome else None, data, options)
    save_predictor(made, folder / "model")
    if outcome is None:
        return None
    metadata = {"channels": list(signals.channels), "sfreq": signals.sfreq, "normalise": signals.normalise}
    return ServedModel(
        loader="eegbench.inference.served_model",
        folder=folder / "model",
        input_shape=(signals.n_channels, signals.n_times),
        n_outputs=len(data.store.classes),
        metadata=metadata | {"classes": list(data.store.classes), "unit": "µV"},
    )
