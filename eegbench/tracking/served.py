"""How a model in files answers where MLflow serves it: a module that loads it returns this."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Predict = Callable[[np.ndarray], np.ndarray]
"""From examples (n, …) to outputs (n, n_outputs)."""


class Served:
    """A loaded model, in MLflow's form.

    Parameters
    ----------
    predict
        What it does.
    """

    def __init__(self, predict: Predict) -> None:
        self._predict = predict

    def predict(self, model_input: np.ndarray, params: Mapping[str, Any] | None = None) -> np.ndarray:  # noqa: ARG002
        """Return outputs as float32; MLflow has checked the input against the model's signature."""
        return np.asarray(self._predict(model_input), dtype=np.float32)
