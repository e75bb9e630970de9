"""Controls for scores: the same probe on random weights and hand-made features, the majority class, and chance."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from eegbench.types import Score

FITTED = RANDOM_WEIGHTS, HAND_MADE = "random_weights", "hand_made"
"""Controls that a probe is fitted to: the encoder before training, and features of windows."""

UNFITTED = "random_weights_unfitted"
"""The encoder before training with the batch-normalisation statistics it was built with: mean 0 and variance 1."""

NOTICEABLE = 0.01
"""Tables show random weights with both kinds of statistics if their balanced accuracy differs by this much or more."""

CONTROLS = (*FITTED, "majority", "chance")
"""Rows next to the main probe in every table; a result is judged by its difference from these."""


def without_repeated(scores: Sequence[Score]) -> list[Score]:
    """Leave out random weights with unfitted statistics in splits where their pooled balanced accuracy differs little.

    Parameters
    ----------
    scores
        Scores of all probes, splits and aggregations.
    """
    value = {
        (one.split, one.probe): one.value
        for one in scores
        if one.metric == "balanced_accuracy" and one.aggregation == "pooled"
    }
    alike = {
        split
        for split, probe in value
        if probe == UNFITTED and abs(value[split, probe] - value.get((split, RANDOM_WEIGHTS), np.inf)) < NOTICEABLE
    }
    return [one for one in scores if one.probe != UNFITTED or one.split not in alike]


def control_name(control: str, probe: str, main: str) -> str:
    """Return the name of a control in tables; controls of the main probe have no prefix."""
    return control if probe == main else f"{probe}_{control}"


def fitted_to_windows(fitted_with: Mapping[str, str]) -> list[str]:
    """Return the controls that were fitted to windows, in words.

    Parameters
    ----------
    fitted_with
        Name of the probe that was fitted, by the name of the control; controls of windows are probes themselves.
    """
    return [name.replace("_", " ") for name, probe in fitted_with.items() if name == probe]


def chance(n: int, held: Bool[np.ndarray, "n_classes"], rng: np.random.Generator) -> Float[np.ndarray, "n n_classes"]:
    """Return random probabilities, by which each class that occurs in a split is guessed equally often.

    Parameters
    ----------
    n
        Number of windows.
    held
        For each class, whether a window of any split has it as label.
    rng
        Random generator.
    """
    found = np.zeros((n, len(held)))
    found[:, held] = rng.dirichlet(np.ones(held.sum()), size=n)
    return found


def majority(n: int, labels: Int[np.ndarray, "n_train"], n_classes: int) -> Float[np.ndarray, "n n_classes"]:
    """Return probabilities of 1 for the most frequent class of train."""
    counts = np.bincount(labels, minlength=n_classes)
    return np.tile(np.eye(n_classes)[counts.argmax()], (n, 1))
