"""Checks of windows before a probe is fitted, and selection on valid."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np
from jaxtyping import Float, Int

from eegbench.score import confusion_matrix
from eegbench.score.metric import balanced_accuracy

T = TypeVar("T")


def check_classes(y: Int[np.ndarray, "n"], classes: Sequence[str]) -> None:
    """Raise an error for a train split with fewer than two classes.

    Parameters
    ----------
    y
        Labels of the scored windows of train.
    classes
        Names of all classes.

    Raises
    ------
    ValueError
        If this is so; the message lists the classes of train.
    """
    there = [classes[label] for label in np.unique(y)]
    if len(there) < 2:
        raise ValueError(
            f"the train split has {len(there)} of {len(classes)} classes ({', '.join(there) or 'none'}), and a probe "
            "needs two; give it more subjects, or another split.seed."
        )


def check_finite(parts: Iterable[tuple[str, Float[np.ndarray, "_n embed_dim"]]]) -> None:
    """Raise an error for embeddings with infinite values or NaN.

    Parameters
    ----------
    parts
        Name and embeddings of each split.

    Raises
    ------
    ValueError
        If this is so; the message contains the name of the split.
    """
    for split, features in parts:
        if not np.isfinite(features).all():
            raise ValueError(f"embeddings of {split} contain NaN or infinite values; check the encoder's weights.")


def standardisation(features: Float[np.ndarray, "n dim"]) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the standard deviation of each feature (dim,); 1 if it is constant up to rounding."""
    x = features.astype(np.float64)
    centre, scale = x.mean(axis=0), x.std(axis=0)
    is_constant = scale <= len(x) * np.finfo(np.float64).eps * np.abs(centre)
    return centre, np.where(is_constant, 1.0, scale)


def best_on_valid(
    candidates: Sequence[T], probabilities: Callable[[T], Float[np.ndarray, "n k"]], y: Int[np.ndarray, "n"]
) -> T:
    """Return the candidate with the best balanced accuracy on valid; the first in case of a tie, or if valid is empty.

    Parameters
    ----------
    candidates
        Candidates, in order of preference in case of a tie.
    probabilities
        Function that returns a candidate's class probabilities for the windows of valid.
    y
        Labels of these windows.
    """
    if len(candidates) == 1 or len(y) == 0:
        return candidates[0]

    def score(candidate: T) -> float:
        made = probabilities(candidate)
        return float(balanced_accuracy(confusion_matrix(y, made.argmax(axis=1), made.shape[1])))

    return max(candidates, key=score)
