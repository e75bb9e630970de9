"""Wrapper of a model for MLflow's serving; the module that loads a logged model returns it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

Predict = Callable[[np.ndarray], np.ndarray]
"""Function from examples (n, …) to class probabilities (n, n_classes)."""

PREDICTED = "predicted"
"""Column with the name of the predicted class."""


class Served:
    """A loaded model with MLflow's interface.

    Parameters
    ----------
    predict
        Function that computes class probabilities.
    classes
        Class names, in the order of the probabilities.
    """

    def __init__(self, predict: Predict, classes: Sequence[str]) -> None:
        self._predict = predict
        self._classes = tuple(classes)

    def predict(self, model_input: np.ndarray, params: Mapping[str, Any] | None = None) -> pd.DataFrame:  # noqa: ARG002
        """Return a row for each example: the name of its class, and the probability of each class.

        Parameters
        ----------
        model_input
            Examples (n, …); MLflow has checked them against the model's signature.
        params
            Not used; part of MLflow's interface.
        """
        p = np.asarray(self._predict(model_input), dtype=np.float64)
        names = np.array(self._classes, dtype=object)[p.argmax(axis=1)]
        return pd.DataFrame({PREDICTED: names, **dict(zip(columns_of(self._classes), p.T, strict=True))})


def columns_of(classes: Sequence[str]) -> list[str]:
    """Return the columns with the probabilities of classes: their names, unless a class is called as another column."""
    return [f"{name} (class)" if name == PREDICTED else name for name in classes]
