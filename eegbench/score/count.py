"""Confusion counts, from which every metric is computed."""

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.score.predictions import COLUMNS


def confusion_matrix(truth: Int[np.ndarray, "n"], said: Int[np.ndarray, "n"], n_classes: int) -> Int[np.ndarray, "K K"]:
    """Count examples by true class (rows) and predicted class (columns), given as indices of classes."""
    return np.bincount(truth * n_classes + said, minlength=n_classes**2).reshape(n_classes, n_classes)


def confusion(frame: pd.DataFrame, classes: tuple[str, ...]) -> Int[np.ndarray, "K K"]:
    """Count windows by label (rows) and prediction (columns), of one probe and split.

    Parameters
    ----------
    frame
        Rows of the table of predictions: ``label`` and ``predicted`` are read.
    classes
        Class names, in the order of rows and columns.

    Raises
    ------
    ValueError
        If the frame names a class that is not among ``classes``.
    """
    return confusion_matrix(_index(frame["label"], classes), _index(frame["predicted"], classes), len(classes))


def confusion_by(
    frame: pd.DataFrame, unit: str, classes: tuple[str, ...]
) -> tuple[pd.Index, Int[np.ndarray, "n_units K K"]]:
    """Count windows by label and prediction, separately for each unit.

    Parameters
    ----------
    frame
        Rows of the table of predictions, of one probe and split.
    unit
        The column that names the unit: ``recording`` or ``subject``.
    classes
        Class names, in the order of rows and columns.

    Returns
    -------
    units, matrices
        The units' names, sorted, and their confusion matrices.

    Raises
    ------
    ValueError
        If the frame names a class that is not among ``classes``.
    """
    n = len(classes)
    code, units = pd.factorize(frame[unit], sort=True)
    label, predicted = _index(frame["label"], classes), _index(frame["predicted"], classes)
    counts = np.bincount((code * n + label) * n + predicted, minlength=len(units) * n * n)
    return pd.Index(units), counts.reshape(len(units), n, n)


def held_classes(frame: pd.DataFrame, classes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the classes that occur as a label or a prediction, in their order.

    Parameters
    ----------
    frame
        The table of predictions.
    classes
        Classes of the label map.
    """
    there = {*frame["label"].unique(), *frame["predicted"].unique()}
    return tuple(name for name in classes if name in there)


def absent_classes(frame: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the classes without a labelled window, by split.

    Parameters
    ----------
    frame
        The table of predictions, in which each class has a column.
    """
    classes = frame.columns[len(COLUMNS) :]
    found = {}
    for split, part in frame.groupby("split", sort=False):
        labelled = set(part["label"].unique())
        found[str(split)] = tuple(str(name) for name in classes if name not in labelled)
    return found


def _index(names: "pd.Series[str]", classes: tuple[str, ...]) -> Int[np.ndarray, "n"]:
    index = pd.Index(classes).get_indexer(pd.Index(names))
    if (index < 0).any():
        unknown = sorted(set(names[index < 0].astype(str)))
        raise ValueError(
            f"The column {names.name!r} has {', '.join(map(repr, unknown))}, expected one of "
            f"{', '.join(classes)}; pass the classes that the probe was fitted with."
        )
    return np.asarray(index, dtype=np.int64)
