"""The module by which MLflow loads the model of a run: windows in, class probabilities out."""

from pathlib import Path

from eegbench.inference.network import load_network
from eegbench.tracking.served import Served


def _load_pyfunc(path: str) -> Served:
    """Return the model in this folder; the name is MLflow's."""
    return Served(load_network(Path(path)).probabilities)
