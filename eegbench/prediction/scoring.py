"""Where new recordings have labels: how well they were staged, overall and each.

Conventions
-----------
All scored epochs count, flat and saturated ones too: a hypnogram is judged as it stands. The mean over recordings comes
twice, each recording alike (``mean_per_recording``), and each with the number of its scored epochs as its weight
(``mean_weighted_by_epochs``), as Guillot et al. evaluate (2020, doi:10.1109/TNSRE.2020.3011181).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from eegbench.score import interval
from eegbench.score.count import confusion_by
from eegbench.score.metric import Counts, Values, evaluate, weighted_f1

SEED = 0


def metrics(counts: Counts, classes: tuple[str, ...]) -> dict[str, Values]:
    """Return every metric of confusion matrices: those of a run, and the F1 weighted by the epochs of each class."""
    found = evaluate(counts, classes)
    each = {name: value for name, value in found.items() if name.startswith("f1/")}
    return {name: v for name, v in found.items() if name not in each} | {"weighted_f1": weighted_f1(counts)} | each


def per_recording(predictions: pd.DataFrame, classes: tuple[str, ...]) -> pd.DataFrame:
    """Return ``recording, subject, n_epochs``, and a column a metric.

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
    return pd.DataFrame({**columns, **metrics(counts, classes)})


def overall(predictions: pd.DataFrame, classes: tuple[str, ...]) -> pd.DataFrame:
    """Return ``metric, aggregation, value, ci_low, ci_high, n_recordings, n_epochs``; intervals are over subjects."""
    recordings, counts = confusion_by(predictions, "recording", classes)
    names = predictions.drop_duplicates("recording").set_index("recording")["subject"].loc[recordings]
    subject, subjects = pd.factorize(names, sort=True)
    weights = interval.resample(len(subjects), np.random.default_rng(SEED))
    by_subject = np.zeros((len(subjects), *counts.shape[1:]), dtype=np.int64)
    np.add.at(by_subject, subject, counts)
    pooled, resampled = (metrics(c, classes) for c in (counts.sum(axis=0), interval.pooled(by_subject, weights)))
    rows = [_row(name, "pooled", float(value), resampled[name], len(subjects)) for name, value in pooled.items()]
    n_epochs = counts.sum(axis=(1, 2))
    for aggregation, size in (("mean_per_recording", np.ones_like(n_epochs)), ("mean_weighted_by_epochs", n_epochs)):
        for name, values in metrics(counts, classes).items():
            value = _means(values, size, subject, np.ones((1, len(subjects)), dtype=np.int64))[0]
            rows.append(_row(name, aggregation, value, _means(values, size, subject, weights), len(subjects)))
    return pd.DataFrame(rows).assign(n_recordings=len(recordings), n_epochs=int(n_epochs.sum()))


def scored(predictions: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the epochs of all recordings that have a label."""
    every = pd.concat(predictions, ignore_index=True)
    return every[every["label"].notna()]


def title_scores(predictions: pd.DataFrame, classes: tuple[str, ...]) -> Mapping[str, float]:
    """Return what the picture of a recording says: accuracy and κ; nothing without labels."""
    labelled = predictions[predictions["label"].notna()]
    if not len(labelled):
        return {}
    row = per_recording(labelled, classes).iloc[0]
    shown = {"accuracy": float(row["accuracy"]), "κ": float(row["cohen_kappa"])}
    return {name: value for name, value in shown.items() if np.isfinite(value)}


def _means(
    values: Float[np.ndarray, "n_recordings"],
    size: Int[np.ndarray, "n_recordings"],
    subject: Int[np.ndarray, "n_recordings"],
    weights: interval.Weights,
) -> Float[np.ndarray, "n_resamples"]:
    """Return the mean over recordings, each with its weight, in each resample of subjects; NaN counts nowhere."""
    known, n = np.isfinite(values), weights.shape[1]
    total = weights @ np.bincount(subject[known], (size * values)[known], n)
    drawn = weights @ np.bincount(subject[known], size[known].astype(float), n)
    means = np.full(len(weights), np.nan)
    np.divide(total, drawn, out=means, where=drawn > 0)
    return means


def _row(metric: str, aggregation: str, value: float, resampled: np.ndarray, n_subjects: int) -> dict[str, object]:
    low, high = interval.percentile_interval(resampled, n_subjects)
    return {"metric": metric, "aggregation": aggregation, "value": value, "ci_low": low, "ci_high": high}
