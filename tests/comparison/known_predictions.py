"""Predictions of known skill, and their counts as `eegbench compare` reads them."""

import functools
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from eegbench.comparison.counted import SplitCounter
from eegbench.score.predictions import COLUMNS

CLASSES = ("left", "right")
SKILLS = {"random_weights": 0.55, "hand_made": 0.7, "majority": 0.5, "chance": 0.5}


@functools.cache
def predictions(skill, subjects, seed, n_windows=40):
    parts = []
    for probe, share in {"linear": skill, **SKILLS}.items():
        for subject in subjects:
            label = np.random.default_rng(subject).integers(0, 2, n_windows)
            right = np.random.default_rng([subject, seed, len(parts)]).random(n_windows) < share
            names = np.array(CLASSES)
            part = pd.DataFrame({"start_s": np.arange(n_windows) * 2.0, "label": names[label]})
            said = names[np.where(right, label, 1 - label)]
            parts.append(
                part.assign(recording=f"r{subject}", subject=f"s{subject}", split="test", probe=probe, predicted=said)
            )
    return pd.concat(parts, ignore_index=True)


def write_predictions(frame, classes, path):
    """Write predictions as a run does."""
    frame[list(COLUMNS)].assign(**dict.fromkeys(classes, 0.5)).to_parquet(path)


@functools.cache
def counted(skill, subjects, seed, classes, change):
    """Return the windows and counts of predictions that a function has changed."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "predictions.parquet")
        write_predictions(change(predictions(skill, subjects, seed)), classes, path)
        return SplitCounter("test").count(path, 0.0)[:2]


def unchanged(frame):
    return frame


def named_like(classes):
    """Return a function that exchanges the names of the classes."""
    names = dict(zip(CLASSES, classes, strict=True))
    return lambda frame: frame.assign(label=frame["label"].map(names), predicted=frame["predicted"].map(names))
