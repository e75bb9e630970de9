"""Label curves of a run: probes fitted to subsets of the labels of train are scored on each subject of test."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.experiment.data import Data
from eegbench.experiment.probing import scored_rows
from eegbench.probe import Classifier
from eegbench.probe.label_curve import CurveClassifier
from eegbench.progress import bar, tell
from eegbench.score.label_curve import COLUMNS, subject_scores


def label_curves(classifiers: Mapping[str, Classifier], data: Data) -> pd.DataFrame | None:
    """Return the rows of ``label_curve.csv``; None if no probe is a label curve or test has no scored windows.

    Parameters
    ----------
    classifiers
        Classifiers by the names of their rows in the tables: probes, and their controls.
    data
        The windows.
    """
    curves = {name: one for name, one in classifiers.items() if isinstance(one, CurveClassifier)}
    rows = data.rows("test", scored=True)
    if not curves or not len(rows):
        return None
    return pd.concat(list(_points(curves, data, rows)), ignore_index=True)[list(COLUMNS)]


def _points(curves: Mapping[str, CurveClassifier], data: Data, rows: Int[np.ndarray, "n"]) -> Iterator[pd.DataFrame]:
    """Yield the scores of each fit by subject, among the classes that have labels."""
    held, labels = np.unique(data.labels(np.concatenate(list(scored_rows(data).values())))), data.labels(rows)
    classes = tuple(data.store.classes[label] for label in held)
    subject = data.store.table["subject"].to_numpy()[rows]
    _tell_missing(curves)
    with bar("label curves", sum(len(one.drawn) for one in curves.values())) as advance:
        for name, classifier in curves.items():
            for budget, fitted in classifier.fits():
                predicted = fitted.probabilities(rows)[:, held].argmax(axis=1)
                scores = subject_scores(predicted, np.searchsorted(held, labels), subject, classes)
                yield scores.assign(
                    probe=name, axis=budget.axis, size=budget.size, draw=budget.draw, n_labels=budget.n_labels
                )
                advance(name)


def _tell_missing(curves: Mapping[str, CurveClassifier]) -> None:
    """Name the sizes that train does not have; they are the same for all probes with the same sizes."""
    for note in dict.fromkeys(note for one in curves.values() for note in one.missing()):
        tell(f"note: {note}")
