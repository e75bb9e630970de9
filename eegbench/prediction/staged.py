"""Predictions of a network for one recording.

Conventions
-----------
An *epoch* is a piece of time with one prediction: a window, or, if windows overlap, a piece as long as their stride,
for which all windows that contain it vote. Times count from the first sample of the recorded file.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from eegbench.prediction.training_range import Comparison
from eegbench.types import Recording

FLAGS = ("flat", "saturated", "marked_bad")
"""Reasons why a window is unreliable: a channel that is flat or saturated, or an annotation of bad signal."""


@dataclass(frozen=True)
class Staged:
    """Predictions of the network for a recording.

    Attributes
    ----------
    recording
        The recording.
    classes
        Class names.
    epochs
        A row for each epoch, in order of time: ``start_s, duration_s``, ``label`` (−1 without a label), and a column
        for each of `FLAGS`.
    predicted
        The class of each epoch (n,), an index into ``classes``.
    probabilities
        Probability of each class (n, n_classes); with ``majority``, proportions of votes.
    n_votes
        Number of votes for each epoch (n,).
    begin_s, length_s
        Start of the part that was read, in seconds from the first sample of the file, and its length.
    is_trials
        Whether epochs are trials that begin at cues, so that the time between them is not missing.
    n_usable
        Number of windows that are not rejected.
    compared
        Whether these windows are compared with train.
    start
        Start of the recording from its header, in local time of the recording; None if unknown.
    first_s
        Seconds from that start to the first sample.
    warnings
        Warnings for the reader: signals outside the range of train, and missing channels.
    """

    recording: Recording
    classes: tuple[str, ...]
    epochs: pd.DataFrame
    predicted: Int[np.ndarray, "n"]
    probabilities: Float[np.ndarray, "n n_classes"]
    n_votes: Int[np.ndarray, "n"]
    begin_s: float
    length_s: float
    is_trials: bool
    n_usable: int
    compared: Comparison
    start: datetime | None
    first_s: float
    warnings: tuple[str, ...]

    @property
    def flagged(self) -> "pd.Series[bool]":
        """Boolean for each epoch, true if it is unreliable."""
        return self.epochs[list(FLAGS)].any(axis=1)

    @property
    def confidence(self) -> Float[np.ndarray, "n"]:
        """Probability of the predicted class."""
        return np.asarray(self.probabilities[np.arange(len(self.predicted)), self.predicted])

    @property
    def unstaged_s(self) -> float:
        """Seconds outside all epochs, e.g. at the end."""
        return 0.0 if self.is_trials else max(0.0, self.length_s - float(self.epochs["duration_s"].sum()))
