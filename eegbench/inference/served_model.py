"""Module with which MLflow loads the model of a run, from windows to class names and probabilities."""

from functools import partial
from pathlib import Path

from eegbench.inference.network import load_network
from eegbench.inference.voting import probabilities_in_order
from eegbench.tracking.served import Served

LOADER = __name__
"""Name of this module, which a model in MLflow names."""


def _load_pyfunc(path: str) -> Served:
    """Return the model in this folder; MLflow calls this function by its name."""
    network = load_network(Path(path))
    predict = network.probabilities if network.sequence is None else partial(probabilities_in_order, network)
    return Served(predict, network.classes)
