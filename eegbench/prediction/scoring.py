"""Scores of new recordings with labels, overall and for each recording.

Conventions
-----------
All scored epochs count, including flagged ones, because the whole hypnogram is scored. Aggregations are those of
`eegbench.score.table`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from eegbench.score import score
from eegbench.score.count import confusion_by
from eegbench.score.metric import evaluate


def per_recording(predictions: pd.DataFrame, classes: tuple[str, ...]) -> pd.DataFrame:
    """Return ``recording, subject, n_epochs``, and a column for each metric.

    Parameters
    ----------
    predictions
        Scored epochs: ``recording, subject, label, predicted``.
    classes
        Class names.
    """
    recordings, counts = confusion_by(predictions, "recording", classes)
    subject = predictions.drop_duplicates("recording").set_index("recording")["subject"].loc[recordings]
    columns = {"recording": recordings, "subject": subject.to_numpy(), "n_epochs": counts.sum(axis=(1, 2))}
    return pd.DataFrame({**columns, **evaluate(counts, classes)})


def overall(predictions: pd.DataFrame, classes: tuple[str, ...]) -> pd.DataFrame:
    """Return a row for each metric and aggregation: ``value``, its interval over subjects, ``n_classes`` and counts."""
    frame = predictions.assign(probe="network", split="test")
    scores = score(frame, classes=classes)
    table = pd.DataFrame([one.row() for one in scores])
    table = table[["metric", "aggregation", "value", "ci_low", "ci_high", "n_classes"]]
    return table.assign(n_recordings=predictions["recording"].nunique(), n_epochs=len(predictions))


def scored(predictions: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the epochs with a label, over all recordings."""
    every = pd.concat(predictions, ignore_index=True)
    return every[every["label"].notna()]


def title_scores(predictions: pd.DataFrame, classes: tuple[str, ...]) -> Mapping[str, float]:
    """Return the scores in the figure title of a recording: accuracy and κ; empty without labels."""
    labelled = predictions[predictions["label"].notna()]
    if not len(labelled):
        return {}
    row = per_recording(labelled, classes).iloc[0]
    shown = {"accuracy": float(row["accuracy"]), "κ": float(row["cohen_kappa"])}
    return {name: value for name, value in shown.items() if np.isfinite(value)}
