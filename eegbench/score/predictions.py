"""Every prediction of every probe in one long table, from which all later numbers are computed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.types import Predictions

COLUMNS = ("recording", "subject", "start_s", "split", "probe", "label", "predicted")
"""The columns before those of the classes."""


def predictions_frame(predictions: Sequence[Predictions], table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of ``predictions.parquet``, one row per probe and window.

    Parameters
    ----------
    predictions
        One element per probe (or per probe and split), all with the same classes.
    table
        The store's window table; the index is what ``Predictions.windows`` names.

    Returns
    -------
    DataFrame
        ``recording, subject, start_s`` (s), ``split, probe, label, predicted`` (the last two as class names),
        then the probability of each class in a column of its name.

    Raises
    ------
    ValueError
        If nothing was predicted, probes disagree about the classes, a class is named like a fixed column, or
        a label is not a class.
    """
    if not predictions:
        raise ValueError("There are no predictions to tabulate; at least one probe has to predict.")
    _check_classes(predictions)
    return pd.concat([_rows(one, table) for one in predictions], ignore_index=True)


def _rows(one: Predictions, table: pd.DataFrame) -> pd.DataFrame:
    _check_labels(one)
    names = np.array(one.classes, dtype=object)
    rows = table.loc[one.windows, list(COLUMNS[:4])].reset_index(drop=True)
    rows["probe"] = one.probe
    rows["label"] = _named(one.label, names)
    rows["predicted"] = _named(one.predicted, names)
    return pd.concat([rows, pd.DataFrame(one.probabilities, columns=list(one.classes))], axis=1)


def _named(index: Int[np.ndarray, "n"], names: np.ndarray) -> pd.Series:
    return pd.Series(names[index], dtype="str")


def _check_classes(predictions: Sequence[Predictions]) -> None:
    first = predictions[0]
    for one in predictions:
        if one.classes != first.classes:
            raise ValueError(
                f"The probes {first.probe!r} and {one.probe!r} predict different classes ({first.classes} and "
                f"{one.classes}); put them in tables of their own."
            )
    taken = sorted(set(first.classes) & set(COLUMNS))
    if taken:
        raise ValueError(
            f"The class name {taken[0]!r} is also a column of the table of predictions ({', '.join(COLUMNS)}); "
            "rename the class in dataset.labels."
        )


def _check_labels(one: Predictions) -> None:
    outside = (one.label < 0) | (one.label >= len(one.classes))
    if outside.any():
        raise ValueError(
            f"The probe {one.probe!r} was asked about {int(outside.sum())} windows without a label among its "
            f"{len(one.classes)} classes; leave unscored windows out before probing."
        )
