"""Wrapper of a model for MLflow's serving; the module that loads a logged model returns it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Predict = Callable[[np.ndarray], np.ndarray]
"""Function from examples (n, …) to outputs (n, n_outputs)."""


class Served:
    """A loaded model with MLflow's interface.

    Parameters
    ----------
    predict
        Function that computes the outputs.
    """

    def __init__(self, predict: Predict) -> None:
        self._predict = predict

    def predict(self, model_input: np.ndarray, params: Mapping[str, Any] | None = None) -> np.ndarray:  # noqa: ARG002
        """Return outputs as float32; MLflow has checked the input against the model's signature."""
        return np.asarray(self._predict(model_input), dtype=np.float32)
