"""What a network said of a recording.

Conventions
-----------
An *epoch* is a piece of time that is answered once: a window, or where windows overlap the step from one to the next,
for which all windows that hold it vote. Times count from the first sample of the recorded file.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from eegbench.prediction.outside import Comparison
from eegbench.types import Recording

FLAGS = ("flat", "saturated", "marked_bad")
"""Why a window is not to be relied on: a channel that is flat or saturated, or an annotation of bad signal."""


@dataclass(frozen=True)
class Staged:
    """What the network says of a recording.

    Attributes
    ----------
    recording
        The recording.
    classes
        Class names.
    epochs
        A row an epoch, in order of time: ``start_s, duration_s``, ``label`` (−1 where nobody gave one), and
        whether each of `FLAGS` holds.
    predicted
        The class of each epoch (n,), an index into ``classes``.
    probabilities
        Of each class (n, n_classes); by majority, shares of votes.
    n_votes
        Number of votes for each epoch (n,).
    begin_s, length_s
        Where what was read of the recording begins, in seconds from the first sample of the file, and its length.
    is_trials
        Whether epochs are trials that cues begin, so that time between them is not missing.
    n_usable
        Number of windows that are not rejected.
    compared
        Whether these windows are compared with those of train.
    start
        When the recording's header says that it starts, by the clock where it was recorded; None where it does not.
    first_s
        Seconds from there to its first sample.
    warnings
        What a reader must know: signals that lie outside of what the network was trained on, channels that are missing.
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
        """Which epochs are not to be relied on."""
        return self.epochs[list(FLAGS)].any(axis=1)

    @property
    def confidence(self) -> Float[np.ndarray, "n"]:
        """The probability of the class that was chosen."""
        return np.asarray(self.probabilities[np.arange(len(self.predicted)), self.predicted])

    @property
    def unstaged_s(self) -> float:
        """Seconds that lie in no epoch: where no window answers for them, as at the end."""
        return 0.0 if self.is_trials else max(0.0, self.length_s - float(self.epochs["duration_s"].sum()))
