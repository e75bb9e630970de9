"""Every figure of a run: curves, confusion matrices, reports, embeddings, hypnograms, scores."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from matplotlib.figure import Figure

from eegbench import figure
from eegbench.atomic import write_csv, write_json, write_parquet, write_text
from eegbench.command.data import Data
from eegbench.command.evaluation import NETWORK, Answers, Evaluation
from eegbench.inference.embedding import Embeddings
from eegbench.probe.control import CONTROLS
from eegbench.score import confusion, evaluate, predictions_frame, report_frame


@dataclass(frozen=True)
class Album:
    """Where figures go, and in which formats; without formats none is drawn.

    Attributes
    ----------
    folder
        The run's folder: figures go to ``figures/``, their numbers to ``tables/``.
    formats
        ``png``, ``pdf``, both or neither.
    """

    folder: Path
    formats: tuple[str, ...]

    def add(self, stem: str, draw: Callable[[], Figure]) -> None:
        """Draw a figure and keep it."""
        if self.formats:
            path = self.folder / "figures" / stem
            figure.save(draw(), path.parent, path.name, formats=self.formats)

    def add_table(self, stem: str, table: pd.DataFrame) -> None:
        """Keep the numbers of a figure."""
        write_csv(self.folder / "tables" / f"{stem}.csv", table)

    def add_data(self, stem: str, table: pd.DataFrame) -> None:
        """Keep many numbers."""
        write_parquet(self.folder / "tables" / f"{stem}.parquet", table)

    def add_facts(self, stem: str, facts: Mapping[str, Any]) -> None:
        """Keep what a figure was made with."""
        write_json(self.folder / "tables" / f"{stem}.json", facts)

    def add_page(self, stem: str, page: Callable[[], str]) -> None:
        """Keep a page to look at in a browser."""
        if self.formats:
            write_text(self.folder / "figures" / f"{stem}.html", page())


TITLES = {NETWORK: "Network", "linear": "Linear probe"}

MAX_HYPNOGRAMS = 24
"""Drawn at most, in the order of their ids; the numbers of all are in ``predictions.parquet``."""


def draw_training(history: pd.DataFrame, best_pass: int, album: Album) -> None:
    """Draw the learning curves."""
    album.add("learning_curves", lambda: figure.learning_curves(history, best_pass=best_pass))


def draw_pretext(counts: Mapping[str, Int[np.ndarray, "k k"]], classes: tuple[str, ...], album: Album) -> None:
    """Draw and write the confusion matrix of the pretext on each split."""
    for split, matrix in counts.items():
        _draw_confusion(matrix, classes, f"Pretext, {split}", f"pretext_{split}", album)


def draw_answers(answers: Answers, data: Data, album: Album) -> None:
    """Draw what the trained encoder says of the test windows."""
    frame, classes = predictions_frame(answers.predictions, data.store.table), data.store.classes
    split = _drawn_split(frame)
    tested = frame[frame["split"] == split]
    by_probe = {name: tested[tested["probe"] == name] for name in answers.heads}
    for name, said in by_probe.items():
        title = f"{TITLES[name]}, {split}" + (", within subject" if data.within_subject else "")
        _draw_confusion(confusion(said, classes), classes, title, f"{name}_{split}", album)
    for recording, one in list(by_probe["linear"].groupby("recording", sort=True))[:MAX_HYPNOGRAMS]:
        album.add(f"hypnograms/{recording}", partial(figure.hypnogram, one, **_of_hypnogram(one, data)))


def draw_scores(evaluation: Evaluation, data: Data, album: Album) -> None:
    """Draw the scores beside those of the controls."""
    split = _drawn_split(evaluation.predictions)
    pooled = [s for s in evaluation.scores if s.split.startswith(split) and s.aggregation == "pooled"]
    chance = 1 / len(data.store.classes)
    album.add(
        "scores",
        lambda: figure.score_bars(pooled, metric="balanced_accuracy", controls=CONTROLS, chance=chance),
    )


def draw_embeddings(embeddings: Embeddings, data: Data, projection: str, seed: int, album: Album) -> None:
    """Draw the embeddings in two dimensions, coloured by all that is known of each window."""
    if not album.formats:
        return
    points, axis_labels = _project(embeddings.features, projection, seed)
    panels = _panels(data.store.table.loc[embeddings.rows].reset_index(drop=True), data)
    title = "Embeddings" + (" (t-SNE)" if projection == "tsne" else "")
    rng = np.random.default_rng(seed)
    album.add(
        f"embeddings_{projection}",
        lambda: figure.embedding_scatter(points, panels=panels, title=title, axis_labels=axis_labels, rng=rng),
    )


def _drawn_split(frame: pd.DataFrame) -> str:
    return "test" if (frame["split"] == "test").any() else "valid"


def _of_hypnogram(said: pd.DataFrame, data: Data) -> dict[str, Any]:
    classes = data.store.classes
    values = evaluate(confusion(said, classes), classes)
    scores = {"accuracy": float(values["accuracy"])}
    if said["label"].nunique() > 1:  # of one class there is no agreement beyond chance to measure
        scores["κ"] = float(values["cohen_kappa"])
    return {"classes": classes, "window_s": data.store.signals.window_s, "scores": scores}


def _draw_confusion(
    matrix: Int[np.ndarray, "k k"], classes: tuple[str, ...], title: str, stem: str, album: Album
) -> None:
    report = report_frame(matrix, classes)
    album.add(f"confusion_{stem}", lambda: figure.confusion_matrix(matrix, classes, title))
    album.add(f"report_{stem}", lambda: figure.classification_report(report, title))
    named = pd.DataFrame(matrix, index=pd.Index(classes, name="label"), columns=list(classes)).reset_index()
    album.add_table(f"confusion_{stem}", named)
    album.add_table(f"report_{stem}", report)


def _panels(table: pd.DataFrame, data: Data) -> dict[str, pd.Series]:
    names = dict(enumerate(data.store.classes))  # unscored windows have none and are drawn grey
    panels = {"subject": table["subject"], "split": table["split"]}
    if table["scored"].any():
        panels = {"label": table["label"].map(names)} | panels
    for fact in ("age", "sex"):
        if fact in data.store.facts and data.store.facts[fact].notna().any():
            panels[fact] = table["recording"].map(data.store.facts[fact])
    return panels


def _project(
    features: Float[np.ndarray, "n embed_dim"], projection: str, seed: int
) -> tuple[Float[np.ndarray, "n 2"], tuple[str, str]]:
    if projection == "tsne":
        from sklearn.manifold import TSNE

        return TSNE(n_components=2, random_state=seed).fit_transform(features), ("t-SNE 1", "t-SNE 2")
    return _principal(features)


def _principal(features: Float[np.ndarray, "n embed_dim"]) -> tuple[Float[np.ndarray, "n 2"], tuple[str, str]]:
    """Return the two principal components; the largest loading of each is positive."""
    centred = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    centred = np.pad(centred, ((0, 0), (0, max(0, 2 - centred.shape[1]))))
    variance, axes = np.linalg.eigh(centred.T @ centred)  # the largest last
    axes = axes[:, [-1, -2]]
    axes = axes * np.sign(np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0))
    first, second = variance[[-1, -2]] / max(variance.sum(), np.finfo(float).tiny)
    return centred @ axes, (f"PC1 ({first:.0%} of variance)", f"PC2 ({second:.0%} of variance)")
