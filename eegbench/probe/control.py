"""What a score is worth: the same probe on random weights and hand-made features, the commonest class, and guesses."""

import numpy as np
from jaxtyping import Bool, Float, Int

FITTED = RANDOM_WEIGHTS, HAND_MADE = "random_weights", "hand_made"
"""Controls that a probe is fitted to: the encoder before training, and features of windows."""

CONTROLS = (*FITTED, "majority", "chance")
"""Rows next to the main probe in every table: a result is worth what it adds to these."""


def control_name(control: str, probe: str, main: str) -> str:
    """Return the name in tables of a control that a probe was fitted to; the main probe's have no prefix."""
    return control if probe == main else f"{probe}_{control}"


def chance(n: int, held: Bool[np.ndarray, "n_classes"], rng: np.random.Generator) -> Float[np.ndarray, "n n_classes"]:
    """Return probabilities drawn uniformly from all there are: each class that a split holds is guessed equally often.

    Parameters
    ----------
    n
        Number of windows.
    held
        Whether a window of any split is labelled with each class.
    rng
        Draws the probabilities.
    """
    found = np.zeros((n, len(held)))
    found[:, held] = rng.dirichlet(np.ones(held.sum()), size=n)
    return found


def majority(n: int, labels: Int[np.ndarray, "n_train"], n_classes: int) -> Float[np.ndarray, "n n_classes"]:
    """Return certainty of the class that train holds most of."""
    counts = np.bincount(labels, minlength=n_classes)
    return np.tile(np.eye(n_classes)[counts.argmax()], (n, 1))
