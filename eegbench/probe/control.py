"""What a score is worth without looking at the signal: guesses, and the commonest class."""

import numpy as np
from jaxtyping import Float, Int

CONTROLS = ("random_weights", "hand_made", "majority", "chance")
"""Rows next to the probe in every table: a result is worth what it adds to these."""


def chance(n: int, n_classes: int, rng: np.random.Generator) -> Float[np.ndarray, "n n_classes"]:
    """Return probabilities drawn uniformly from all there are: each class is guessed equally often."""
    return rng.dirichlet(np.ones(n_classes), size=n)


def majority(n: int, labels: Int[np.ndarray, "n_train"], n_classes: int) -> Float[np.ndarray, "n n_classes"]:
    """Return certainty of the class that train holds most of."""
    counts = np.bincount(labels, minlength=n_classes)
    return np.tile(np.eye(n_classes)[counts.argmax()], (n, 1))
