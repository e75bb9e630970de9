"""Nights that were staged, made by hand, for tests of what is written and computed of them."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from eegbench.prediction.staged import Staged
from eegbench.types import Recording

CLASSES = ("R", "W", "N1", "N2", "N3")  # not in the order of the field: numbers must follow the names


def staged(
    stages, *, labels=None, classes=CLASSES, first_s=0.0, start=None, epoch_s=30.0, at=None, **changes
) -> Staged:
    """Return a night of the stages named, each with a probability of 0.6."""
    n = len(stages)
    predicted = np.array([classes.index(name) for name in stages])
    probabilities = np.full((n, len(classes)), 0.4 / (len(classes) - 1))
    probabilities[np.arange(n), predicted] = 0.6
    label = [-1] * n if labels is None else [-1 if one is None else classes.index(one) for one in labels]
    epochs = pd.DataFrame(
        {
            "start_s": epoch_s * np.arange(n, dtype=float) if at is None else np.array(at, dtype=float),
            "duration_s": epoch_s,
            "label": label,
            "flat": False,
            "saturated": False,
            "marked_bad": False,
        }
    )
    known = {
        "recording": Recording("night", "me", "1", Path("night.edf")),
        "classes": classes,
        "epochs": epochs,
        "predicted": predicted,
        "probabilities": probabilities,
        "n_votes": np.ones(n, dtype=np.int64),
        "begin_s": float(epochs["start_s"].iloc[0]),
        "length_s": epoch_s * n + 12.0,
        "is_trials": False,
        "n_usable": n,
        "compared": "yes",
        "start": start,
        "first_s": first_s,
        "warnings": (),
    }
    return Staged(**(known | changes))


EVENING = datetime(2026, 3, 1, 22, 58, 30)
