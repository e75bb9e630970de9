"""Fit of an experiment's probes to embeddings of its windows."""

import zlib
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data
from eegbench.inference.embedding import Embeddings, Encoded
from eegbench.inference.trial import embed_trials
from eegbench.model.base import Encoder
from eegbench.probe import Classifier, Labelled, Probe
from eegbench.probe.check import check_classes
from eegbench.score import confusion_matrix
from eegbench.score.metric import evaluate
from eegbench.types import SPLITS

Rows = Mapping[str, Int[np.ndarray, "_"]]
"""Rows of the store's table, by split."""


def embed_all(encoder: Encoder, data: Data) -> Embeddings:
    """Encode every window (or trial) that is in a split and is not rejected, scored or not."""
    return embed_trials(encoder, data.store, np.concatenate([data.rows(split, scored=False) for split in SPLITS]))


def encode_scored(encoder: Encoder, data: Data) -> Encoded:
    """Encode the scored windows (or trials), to which probes are fitted and on which they are tested."""
    rows = np.concatenate(list(scored_rows(data).values()))
    return Encoded(encoder, data.store, embed_trials(encoder, data.store, rows))


def scored_rows(data: Data) -> Rows:
    """Return the rows of the scored windows of each split."""
    return {split: data.rows(split, scored=True) for split in SPLITS}


def check_windows(data: Data, probes: Mapping[str, Probe]) -> None:
    """Check before training that probes can be fitted and tested on the labelled windows.

    Raises
    ------
    ValueError
        If train has fewer than two classes, in the cases of `check_usable`, or if a probe cannot take the windows.
    """
    if data.store.table["scored"].any():
        check_classes(data.labels(data.rows("train", scored=True)), data.store.classes)
        check_usable(data.store.table)
        for name, probe in probes.items():
            probe.check(name, data.store)


def check_usable(table: pd.DataFrame) -> None:
    """Refuse a table in which all windows of valid, or all windows of test, are rejected.

    Raises
    ------
    ValueError
        If this is so; the message contains the split and its subjects.
    """
    for split in ("valid", "test"):
        part = table[table["split"] == split]
        if len(part) and part["rejected"].all():
            subjects = ", ".join(sorted(set(part["subject"].astype(str)))[:6])
            raise ValueError(
                f"{split}: all {len(part)} windows are rejected as flat, saturated or marked bad "
                f"(subjects {subjects}), so nothing can be scored; choose other subjects or channels, or set "
                "preprocessing.flat_uv or preprocessing.saturated_share to null."
            )


def fit_probe(experiment: Experiment, name: str, encoded: Encoded, data: Data, rows: Rows) -> Classifier:
    """Fit a probe of the experiment on train, and choose its settings on valid.

    The seed of its random generator depends on its name, so that results do not depend on the other probes.
    """
    train, valid = (
        Labelled(rows[split], data.labels(rows[split]), encoded.embeddings, encoded.encoder, encoded.store)
        for split in ("train", "valid")
    )
    rng = np.random.default_rng([experiment.seed, zlib.crc32(name.encode())])
    return experiment.probes.of[name].fit(train, valid, rng)


def with_variance(encoded: Encoded) -> Encoded:
    """Return windows as the encoder has them, or in µV if each window is standardised, which removes its variance."""
    is_removed = encoded.store.form.normalise == "window"
    return replace(encoded, store=encoded.store.normalised("none")) if is_removed else encoded


def valid_scores(encoder: Encoder, experiment: Experiment, data: Data) -> dict[str, float]:
    """Return the main probe's scores on valid, pooled over windows. Training may monitor them, sweeps optimise them."""
    rows = {split: data.rows(split, scored=True) for split in ("train", "valid")}
    embeddings = embed_trials(encoder, data.store, np.concatenate(list(rows.values())))
    classifier = fit_probe(experiment, experiment.probes.main, Encoded(encoder, data.store, embeddings), data, rows)
    predicted = classifier.probabilities(rows["valid"]).argmax(axis=1)
    counts = confusion_matrix(data.labels(rows["valid"]), predicted, len(data.store.classes))
    scores = evaluate(counts, data.store.classes)
    return {metric: float(value) for metric, value in scores.items() if not metric.startswith("f1/")}
