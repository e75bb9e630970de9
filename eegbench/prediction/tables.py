"""Predictions as tables: a hypnogram, a hypnodensity, and the list of stages."""

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.prediction.staged import FLAGS, Staged
from eegbench.score.consensus import STAGES
from eegbench.types import UNSCORED

TIME_TOLERANCE_S = 0.001
"""Tolerance for rounding of times to samples."""


def hypnogram_frame(staged: Staged) -> pd.DataFrame:
    """Return a row per epoch: ``start_s, duration_s, stage, confidence, n_votes, flag``, and ``label`` if known.

    ``start_s`` counts from the first sample of the recorded file. ``flag`` is one of `FLAGS`, or empty.
    """
    epochs, names = staged.epochs, np.array(staged.classes, dtype=object)
    frame = epochs[["start_s", "duration_s"]].assign(
        stage=names[staged.predicted],
        confidence=staged.confidence.round(6),
        n_votes=staged.n_votes,
        flag=np.select([epochs[name] for name in FLAGS], FLAGS, ""),
    )
    label = epochs["label"].to_numpy(int)
    return frame.assign(label=np.where(label < 0, "", names[label])) if (label >= 0).any() else frame


def hypnodensity_frame(staged: Staged) -> pd.DataFrame:
    """Return a row per epoch: ``start_s``, and the probability of each class in a column of its name."""
    densities = pd.DataFrame(staged.probabilities, columns=list(staged.classes))
    densities.insert(0, "start_s", staged.epochs["start_s"].to_numpy())
    return densities


def predictions_of(staged: Staged, name: str) -> pd.DataFrame:
    """Return the columns of a run's ``predictions.parquet``; ``label`` is missing for epochs without a label."""
    names, label = np.array(staged.classes, dtype=object), staged.epochs["label"].to_numpy(int)
    frame = hypnodensity_frame(staged)
    who = {"recording": staged.recording.id, "subject": staged.recording.subject, "probe": name}
    said = {"label": np.where(label < 0, None, names[label]), "predicted": names[staged.predicted]}
    return frame.assign(**who, **said)


def stage_list(staged: Staged) -> Int[np.ndarray, "n_slots"]:
    """Return a stage per epoch from the start of the file: 0 W, 1 N1, 2 N2, 3 N3, 4 R, and -1 if none was predicted.

    The classes are the five stages. Epochs that do not begin at a multiple of their length are numbered by their order.
    The list ends with the last whole epoch of the recording.
    """
    start, epoch_s = staged.epochs["start_s"].to_numpy(float), epoch_length(staged)
    slot = np.rint((start - start[0] % epoch_s) / epoch_s).astype(np.int64)
    n_whole = int((staged.begin_s + staged.length_s - start[0] % epoch_s + TIME_TOLERANCE_S) // epoch_s)
    stages = np.full(max(slot[-1] + 1, n_whole), UNSCORED, dtype=np.int64)
    stages[slot] = np.array([STAGES.index(name) for name in staged.classes])[staged.predicted]
    return stages


def epoch_length(staged: Staged) -> float:
    """Return the length of an epoch in seconds."""
    return float(staged.epochs["duration_s"].iloc[0])
