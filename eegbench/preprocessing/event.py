"""Windows that begin at the onset of events: one for a short event, as many as fit for a long event."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from eegbench.config import Positive, Share
from eegbench.dataset import BadRecordingError, Dataset
from eegbench.preprocessing.base import Cut, Preprocessing, SignalSteps
from eegbench.preprocessing.cue import cues_of, no_trial
from eegbench.preprocessing.feature import Feature
from eegbench.preprocessing.stretches import SLACK
from eegbench.store import Shard

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Event(Preprocessing):
    """Filter once, then cut windows from the onset of each annotation with a class.

    A short event, such as a trial of a few seconds, gives one window. A long event, such as a minute of rest, is cut
    into consecutive windows, the last of which ends within it. Runs of rest and runs of trials therefore give windows
    of the same length. A window has (window_s · sfreq) samples. No window extends beyond the onset of the next event
    with a class.

    Parameters
    ----------
    window_s
        Length of a window in seconds.
    long_from_s
        Minimum length of a long event, in seconds.
    signal, normalise, flat_uv, saturated_share, features
        See `eegbench.preprocessing.base.Preprocessing`.
    """

    signal: SignalSteps
    window_s: Positive
    long_from_s: Positive
    normalise: Literal["window", "recording", "none"]
    flat_uv: Positive | None
    saturated_share: Share | None
    features: Mapping[str, Feature]

    def __post_init__(self) -> None:
        if self.long_from_s < self.window_s:
            raise ValueError(
                f"preprocessing.long_from_s={self.long_from_s:g}: expected at least "
                f"preprocessing.window_s={self.window_s:g}."
            )

    @property
    def needs_labels(self) -> bool:
        """True, because windows begin at events."""
        return True

    @property
    def least_s(self) -> float:
        """Length of a window."""
        return self.window_s

    def n_times(self, sfreq: float) -> int:
        """Return the number of samples in a window."""
        return round(self.window_s * sfreq)

    def cut(self, shard: Shard, dataset: Dataset) -> Cut:
        """Return the windows of a recording, with their labels.

        Raises
        ------
        BadRecordingError
            If a label is unknown, two classes begin at one time, or there is no window.
        """
        header, length = shard.header, self.n_times(shard.header.sfreq)
        cues = cues_of(header, dataset)
        last = np.minimum(cues.end, cues.following(header.n_samples) + SLACK)
        is_long = cues.stop - cues.onset >= round(self.long_from_s * header.sfreq)
        inside = np.where(is_long, np.minimum(last, cues.stop + SLACK), last) - cues.onset
        fitting = np.maximum(inside, 0) // length
        n_windows = np.where(is_long, fitting, np.minimum(fitting, 1))
        if not n_windows.any():
            remedy = "set a lower preprocessing.window_s"
            raise BadRecordingError(no_trial(header, len(cues.onset), remedy=remedy))
        which = np.repeat(np.arange(len(n_windows)), n_windows)
        number = np.arange(len(which)) - np.repeat(np.cumsum(n_windows) - n_windows, n_windows)
        counts = {"events": len(n_windows), "without": int((n_windows == 0).sum()), "repeated": cues.n_repeated}
        return Cut(cues.onset[which] + number * length, cues.label[which], self.window_s, counts=counts)

    def tell(self, cuts: Sequence[Cut]) -> None:
        """Log the number of events without a window."""
        n = {name: sum(cut.counts[name] for cut in cuts) for name in ("events", "without", "repeated")}
        if n["repeated"]:
            _log.info("%d events are at the same time as another one of their class, and count once.", n["repeated"])
        if n["without"]:
            _log.info(
                "Of %d events, %d have no window: the recording ends or the next event comes within "
                "preprocessing.window_s=%g s.",
                *(n["events"], n["without"], self.window_s),
            )
