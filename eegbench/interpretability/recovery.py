"""Agreement of a map with the known location of information in simulated windows."""

import numpy as np
from jaxtyping import Bool, Float
from scipy.stats import rankdata

from eegbench.interpretability.base import Attribution


def rank_auc(values: Float[np.ndarray, "n"], truth: Bool[np.ndarray, "n"]) -> float:
    """Return the proportion of pairs of a true and a false place in which the true one is larger; ties count half.

    This is the area under the ROC curve, from ranks (Mann and Whitney 1947, doi:10.1214/aoms/1177730491).

    Raises
    ------
    ValueError
        If all places are true, or none.
    """
    n_true, n_other = int(truth.sum()), int((~truth).sum())
    if n_true == 0 or n_other == 0:
        raise ValueError(f"{n_true} of {len(truth)} places are true; a rank AUC needs some, but not all.")
    above = rankdata(values)[truth].sum() - n_true * (n_true + 1) / 2
    return float(above / (n_true * n_other))


def by_channel(attribution: Attribution) -> Float[np.ndarray, "n_channels"]:
    """Return the mean absolute value of each channel, over outputs and places."""
    return np.abs(attribution.values).mean(axis=(0, 2))


def by_place(attribution: Attribution) -> Float[np.ndarray, "n_places"]:
    """Return the mean absolute value of each place, over outputs and channels."""
    return np.abs(attribution.values).mean(axis=(0, 1))
