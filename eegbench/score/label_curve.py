"""Scores against the number of labels: means over subjects, with intervals over subjects and random draws of labels.

Conventions
-----------
A score is first computed for each subject of test and each draw. Its mean over draws and subjects has an interval whose
units are subjects and draws, crossed (`eegbench.score.interval`).
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from eegbench.score import interval
from eegbench.score.metric import evaluate, lowest_value

METRICS = ("balanced_accuracy", "cohen_kappa", "macro_f1")

FILE = "label_curve.csv"
"""Name of the table of these scores in the folder of a run."""

COLUMNS = ("probe", "axis", "size", "draw", "n_labels", "subject", "n_windows", *METRICS)
"""Its columns."""


def subject_scores(
    predicted: Int[np.ndarray, "n"], labels: Int[np.ndarray, "n"], subject: np.ndarray, classes: tuple[str, ...]
) -> pd.DataFrame:
    """Return ``subject, n_windows`` and the metrics of each subject.

    Parameters
    ----------
    predicted, labels
        Predicted and true class of each window.
    subject
        Subject of each window.
    classes
        Names of the classes.
    """
    names, number = np.unique(subject, return_inverse=True)
    counts = np.zeros((len(names), len(classes), len(classes)), dtype=np.int64)
    np.add.at(counts, (number, labels, predicted), 1)
    values = evaluate(counts, classes)
    return pd.DataFrame(
        {"subject": names, "n_windows": counts.sum(axis=(1, 2)), **{metric: values[metric] for metric in METRICS}}
    )


def label_curve(frame: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the mean of a metric over subjects and draws at each size, with its interval.

    Parameters
    ----------
    frame
        Rows of ``label_curve.csv``, of one or several probes.
    metric
        Name of the metric.

    Returns
    -------
    DataFrame
        ``probe, axis, size, n_labels`` (mean over draws), ``value, low, high, n_subjects, n_draws``. A subject without
        a value in one of the draws is left out.
    """
    return pd.DataFrame(_points(frame, metric))


def _points(frame: pd.DataFrame, metric: str) -> Iterator[dict[str, object]]:
    for (probe, axis, size), rows in frame.groupby(["probe", "axis", "size"], sort=False):
        values = rows.pivot_table(index="subject", columns="draw", values=metric, dropna=False).dropna()
        value, low, high = _mean(values.to_numpy(dtype=float), metric)
        yield {
            "probe": probe,
            "axis": axis,
            "size": size,
            "n_labels": rows.groupby("draw")["n_labels"].first().mean(),
            "value": value,
            "low": low,
            "high": high,
            "n_subjects": values.shape[0],
            "n_draws": values.shape[1],
        }


def _mean(values: Float[np.ndarray, "n_subjects n_draws"], metric: str) -> tuple[float, float, float]:
    if not values.size:
        return np.nan, np.nan, np.nan
    mean = np.array(values.mean())
    by_subject, by_draw = values.mean(axis=1), values.mean(axis=0)
    units = [interval.subjects(_left_out(by_subject), np.ones(len(by_subject), dtype=int))]
    if len(by_draw) > 1:
        units.append(interval.seeds(_left_out(by_draw)))
    low, high = interval.student_interval(mean, units, lowest_value(metric))
    return float(mean), float(low), float(high)


def _left_out(values: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    """Return the mean without each value in turn; NaN for a single value."""
    return (values.sum() - values) / (len(values) - 1) if len(values) > 1 else np.full(len(values), np.nan)
