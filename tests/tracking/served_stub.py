"""A served model with a simple prediction: the window's mean times the number in its file."""

import json
from pathlib import Path

import numpy as np

from eegbench.tracking.served import Served


def _load_pyfunc(path):
    scale = json.loads((Path(path) / "model.json").read_text())["scale"]
    return Served(lambda x: np.stack([scale * x.mean(axis=(1, 2)), x.std(axis=(1, 2))], axis=1), ("mean", "std"))
