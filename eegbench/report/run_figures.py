"""Figures of a run: learning curves, confusion matrices, classification reports, embeddings, hypnograms, scores."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Int
from matplotlib.figure import Figure

from eegbench import figure
from eegbench.inference.embedding import Embeddings
from eegbench.inference.model_folder import NETWORK
from eegbench.preprocessing import Preprocessing
from eegbench.probe.control import CONTROLS, UNFITTED, without_repeated
from eegbench.report.album import Album
from eegbench.report.projection import NAMES, project
from eegbench.score import confusion, evaluate, held_classes, report_frame
from eegbench.score.label_curve import label_curve
from eegbench.store.base import WindowStore
from eegbench.trainer import Fit
from eegbench.types import SPLITS, Score

HYPNOGRAMS, OVER_TIME = "hypnograms", "predictions_over_time"
"""Folders of figures of predictions over time: of sleep stages, and of other classes."""

SLEEP = {"W", "N1", "N2", "N3"}
"""Names of classes that identify sleep stages, merged or not; R alone could be a right hand."""

CURVES = {
    "label_curve": "encoder",
    "hand_made": "hand-made features",
    "label_curve_finetune": "fine-tuned encoder",
    "label_curve_finetune_random_weights": "supervised, from random weights",
}
"""Names in the legend of label curves, by the row in the tables."""

MAX_HYPNOGRAMS = 24
"""Maximum number of recordings plotted, in the order of their ids; ``predictions.parquet`` contains all."""


def plot_training(fit: Fit, album: Album) -> None:
    """Plot the learning curves."""
    best, final = fit.best_pass, None if fit.averaged else fit.final_pass
    album.add("learning_curves", lambda: figure.learning_curves(fit.history, best_pass=best, final_pass=final))


def plot_pretext(counts: Mapping[str, Int[np.ndarray, "k k"]], classes: tuple[str, ...], album: Album) -> None:
    """Plot and write the confusion matrix of the pretext task on each split."""
    for split, matrix in counts.items():
        _plot_confusion(matrix, classes, f"Pretext, {split}", f"pretext_{split}", album, unit="examples")


def plot_predictions(
    predictions: pd.DataFrame,
    main: str,
    store: WindowStore,
    preprocessing: Preprocessing,
    *,
    within_subject: bool,
    album: Album,
) -> None:
    """Plot confusion matrices and classification reports of test predictions, and the main probe's over time.

    Parameters
    ----------
    predictions
        Rows of ``predictions.parquet`` for the probes to plot.
    main
        Name of the main probe.
    store
        Predicted windows.
    preprocessing
        Preprocessing that cut the windows.
    within_subject
        Whether train has windows of the tested subjects; it is added to titles.
    album
        Writes the figures.
    """
    split, classes = shown_split(predictions), held_classes(predictions, store.classes)
    of_split = predictions[predictions["split"] == split]
    by_probe = {str(name): frame for name, frame in of_split.groupby("probe", sort=False)}
    for name, frame in by_probe.items():
        title = f"{_title(name)}, {split}" + (", within subject" if within_subject else "")
        _plot_confusion(confusion(frame, classes), classes, title, f"{name}_{split}", album)
    for recording, frame in list(by_probe[main].groupby("recording", sort=True))[:MAX_HYPNOGRAMS]:
        facts = _hypnogram_facts(frame, replace(store, classes=classes), preprocessing)
        album.add(f"{over_time(classes)}/{recording}", partial(figure.hypnogram, **facts))


def plot_scores(
    predictions: pd.DataFrame, scores: Sequence[Score], controls: Collection[str], n_classes: int, album: Album
) -> None:
    """Plot the pooled scores of all probes and controls.

    Parameters
    ----------
    predictions, scores
        Predictions and scores of all probes and controls.
    controls
        Names of the controls to which probes were fitted.
    n_classes
        Number of classes in all splits, for the line of chance.
    album
        Writes the figure.
    """
    split = shown_split(predictions)
    pooled = [one for one in without_repeated(scores) if one.split.startswith(split) and one.aggregation == "pooled"]
    hollow, chance = {*CONTROLS, *controls}, 1 / n_classes
    album.add("scores", lambda: figure.score_bars(pooled, metric="balanced_accuracy", controls=hollow, chance=chance))


def plot_label_curve(curves: pd.DataFrame, n_classes: int, album: Album) -> None:
    """Plot balanced accuracy against the number of labels and of labelled subjects, and write the points.

    Parameters
    ----------
    curves
        Rows of ``label_curve.csv``.
    n_classes
        Number of classes in all splits, for the line of chance.
    album
        Writes the figure.
    """
    points = label_curve(curves, "balanced_accuracy")
    shown = [str(probe) for probe in curves["probe"].unique() if probe != UNFITTED]
    names = {probe: CURVES.get(probe, probe.replace("_", " ")) for probe in shown}
    chance = 1 / n_classes
    album.add(
        "label_curve", lambda: figure.label_curve(points, names=names, measure="balanced accuracy", chance=chance)
    )
    album.add_table("label_curve", points)


def plot_embeddings(
    embeddings: Embeddings, store: WindowStore, projections: Sequence[str], seed: int, album: Album
) -> None:
    """Plot each projection of the embeddings to two dimensions, coloured by the columns of the window table."""
    panels = _panels(store.table.loc[embeddings.rows].reset_index(drop=True), store)
    for projection in projections:
        album.add(f"embeddings_{projection}", partial(_scatter, embeddings, panels, projection, seed))


def _scatter(embeddings: Embeddings, panels: Mapping[str, pd.Series], projection: str, seed: int) -> Figure:
    points, axis_labels = project(embeddings.features, projection, seed)
    title = "Embeddings" if projection == "pca" else f"Embeddings ({NAMES[projection]})"
    rng = np.random.default_rng(seed)
    return figure.embedding_scatter(points, panels=panels, title=title, axis_labels=axis_labels, rng=rng)


def over_time(classes: tuple[str, ...]) -> str:
    """Return the name of the folder for predictions over time."""
    return HYPNOGRAMS if SLEEP & {*classes} else OVER_TIME


def shown_split(predictions: pd.DataFrame) -> str:
    """Return the split that figures and tables show: test, or valid if test is empty."""
    return "test" if (predictions["split"] == "test").any() else "valid"


def _title(predictor: str) -> str:
    return "Network" if predictor == NETWORK else f"{predictor.replace('_', ' ').capitalize()} probe"


def _hypnogram_facts(frame: pd.DataFrame, store: WindowStore, preprocessing: Preprocessing) -> dict[str, Any]:
    """Return the data of a hypnogram; windows labelled at their centre are plotted at their centre."""
    classes, window_s = store.classes, store.form.window_s
    if preprocessing.labels_centre:
        sfreq = next(iter(store.form.groups.values())).sfreq
        step_s = preprocessing.answered.n_times(sfreq) / sfreq
        frame, window_s = frame.assign(start_s=frame["start_s"] + (window_s - step_s) / 2), step_s
    values = evaluate(confusion(frame, classes), classes)
    scores = {"accuracy": float(values["accuracy"])}
    if frame["label"].nunique() > 1:  # agreement beyond chance needs two classes
        scores["κ"] = float(values["cohen_kappa"])
    return {"frame": frame, "classes": classes, "window_s": window_s, "scores": scores}


def _plot_confusion(
    matrix: Int[np.ndarray, "k k"],
    classes: tuple[str, ...],
    title: str,
    stem: str,
    album: Album,
    *,
    unit: str = "windows",
) -> None:
    report = report_frame(matrix, classes)
    album.add(f"confusion_{stem}", lambda: figure.confusion_matrix(matrix, classes, title, unit=unit))
    album.add(f"report_{stem}", lambda: figure.classification_report(report, title, unit=unit))
    named = pd.DataFrame(matrix, index=pd.Index(classes, name="label"), columns=list(classes)).reset_index()
    album.add_table(f"confusion_{stem}", named)
    album.add_table(f"report_{stem}", report)


def _panels(table: pd.DataFrame, store: WindowStore) -> dict[str, pd.Series]:
    names = dict(enumerate(store.classes))  # unscored windows have none and are plotted grey
    panels = {"subject": table["subject"], "split": _in_order(table["split"], SPLITS)}
    if table["scored"].any():
        panels = {"label": _in_order(table["label"].map(names), store.classes)} | panels
    if table["set"].nunique() > 1:
        panels["set"] = table["set"]
    for fact, title in {"age": "age (years)", "sex": "sex"}.items():
        if fact in store.facts and store.facts[fact].notna().any():
            panels[title] = table["recording"].map(store.facts[fact])
    return panels


def _in_order(values: pd.Series, names: Sequence[str]) -> pd.Series:
    """Return names as categories in the given order, without those that do not occur, so that colours match."""
    return values.astype(pd.CategoricalDtype([name for name in names if (values == name).any()]))
