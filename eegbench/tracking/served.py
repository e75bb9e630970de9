"""What a script calls to make a model in files one that MLflow serves; MLflow runs the script to load it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mlflow.models
import mlflow.pyfunc
import numpy as np

Predict = Callable[[np.ndarray], np.ndarray]
"""From examples (n, …) to outputs (n, n_outputs)."""


def serve(load: Callable[[Path], Predict]) -> None:
    """Hand MLflow a model that is loaded, by this function of its folder, when it is first needed."""
    mlflow.models.set_model(_Served(load))


class _Served(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """MLflow's form of a model, found again by running the script: an instance is never pickled."""

    def __init__(self, load: Callable[[Path], Predict]) -> None:
        self._load = load

    def load_context(self, context: Any) -> None:
        self._predict = self._load(Path(context.artifacts["model"]))

    def predict(self, model_input: np.ndarray, params: Mapping[str, Any] | None = None) -> np.ndarray:  # noqa: ARG002
        return np.asarray(self._predict(model_input), dtype=np.float32)
