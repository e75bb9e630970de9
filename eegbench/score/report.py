"""Classification report: precision, recall and F1 of each class, with averages."""

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from eegbench.score.metric import f1, precision, recall

AVERAGES = ("macro average", "weighted average")


def report_frame(matrix: Int[np.ndarray, "K K"], classes: tuple[str, ...]) -> pd.DataFrame:
    """Return ``class, precision, recall, f1, support``: a row per class, then two averages.

    The macro average weights classes equally, so its recall is the balanced accuracy. The weighted average weights
    them by support (number of windows), so its recall is the accuracy. Undefined values (the precision of a class that
    is never predicted) are NaN and left out of averages, as with scikit-learn's ``zero_division=nan``.

    Parameters
    ----------
    matrix
        Windows by label (rows) and prediction (columns).
    classes
        Class names.
    """
    support = matrix.sum(axis=1)
    values = np.stack([precision(matrix), recall(matrix), f1(matrix)], axis=1)
    rows = np.vstack([values, _average(values, np.ones(len(classes))), _average(values, support.astype(float))])
    frame = pd.DataFrame(rows, columns=["precision", "recall", "f1"])
    frame.insert(0, "class", [*classes, *AVERAGES])
    return frame.assign(support=[*support, support.sum(), support.sum()])


def _average(
    values: Float[np.ndarray, "K n_metrics"], weights: Float[np.ndarray, "K"]
) -> Float[np.ndarray, "n_metrics"]:
    weighed = np.isfinite(values) * weights[:, None]
    total = weighed.sum(axis=0)
    means = np.full(total.shape, np.nan)
    np.divide((np.nan_to_num(values) * weighed).sum(axis=0), total, out=means, where=total > 0)
    return means
