"""Module with which MLflow loads the model of a run, from windows to class names and probabilities."""

from functools import partial
from pathlib import Path

import numpy as np

from eegbench.inference.network import load_network
from eegbench.inference.voting import probabilities_in_order
from eegbench.inference.window_array import as_batch
from eegbench.tracking.served import Served

LOADER = __name__
"""Name of this module, which a model in MLflow names."""


def _load_pyfunc(path: str) -> Served:
    """Return the model in this folder; MLflow calls this function by its name."""
    network = load_network(Path(path))
    probabilities = network.probabilities if network.sequence is None else partial(probabilities_in_order, network)

    def predict(windows: np.ndarray) -> np.ndarray:
        return probabilities(as_batch(windows, network.description.form)[0])

    return Served(predict, network.classes)
