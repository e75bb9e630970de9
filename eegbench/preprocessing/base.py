"""Base classes of preprocessing: signal settings that decide the shards, and a table of windows over them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import mne
import numpy as np
from jaxtyping import Bool, Int

from eegbench.config import Positive, Share
from eegbench.dataset import Dataset
from eegbench.preprocessing.feature import Feature
from eegbench.preprocessing.padding import RecordingPadding
from eegbench.preprocessing.recorded import Recorded
from eegbench.store import Shard
from eegbench.types import EVERY_HZ, Form, Recording

MissingChannels = Literal["refuse", "zeros", "interpolate", "mark"]
"""Rule for missing channels: raise an error, fill them with zeros, interpolate by splines, or mark them."""


@dataclass(frozen=True)
class GroupPlan:
    """Requested channels and rate of a group of signals.

    Attributes
    ----------
    channels
        Names of the channels to read, in this order; None reads all that a recording has.
    out_channels
        Names of the prepared signals; None if they are those that were read.
    sfreq
        Rate in Hz that the group is resampled to; None keeps the recorded rate.
    missing_channels
        What to do with a recording that lacks some channels.
    exclude
        Names of excluded channels.
    features_only
        Whether the group is used for features only, so that models do not get its signals.
    passed_hz
        Pass band of its filters in Hz: the lowest frequency, and the highest.
    """

    channels: tuple[str, ...] | None
    out_channels: tuple[str, ...] | None
    sfreq: float | None
    missing_channels: MissingChannels
    exclude: tuple[str, ...] = ()
    features_only: bool = False
    passed_hz: tuple[float, float] = EVERY_HZ


@dataclass(frozen=True)
class Cut:
    """Position of the windows of a recording.

    Attributes
    ----------
    sample, label
        First sample (in the first group of signals) and class of each window, in order of time.
    window_s
        Length of all windows in seconds.
    trial
        Number of the trial that each window is cut from, if trials are cut.
    counts
        Counts to report over all recordings: trials moved, samples lost, ….
    marked_bad
        Whether each window overlaps a stretch that an annotation marks as bad signal; None if there is no such stretch.
    """

    sample: Int[np.ndarray, "n"]
    label: Int[np.ndarray, "n"]
    window_s: float
    trial: Int[np.ndarray, "n"] | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    marked_bad: Bool[np.ndarray, "n"] | None = None


class SignalSteps(ABC):
    """Base class of steps for the continuous signal; their settings are part of a shard's identity."""

    @property
    @abstractmethod
    def settings(self) -> Mapping[str, object]:
        """All settings that are part of the shard's name."""

    @property
    @abstractmethod
    def group_plans(self) -> Mapping[str, GroupPlan]:
        """Groups of signals by name. Windows are cut at samples of the first group."""

    @property
    def model_groups(self) -> tuple[str, ...]:
        """Groups of signals that are input of models."""
        return tuple(name for name, plan in self.group_plans.items() if not plan.features_only)

    @abstractmethod
    def select(self, dataset: Dataset, recording: Recording) -> Mapping[str, Recorded]:
        """Open the channels of each group and check the settings against the recording; no samples are loaded."""

    @abstractmethod
    def apply(self, groups: Mapping[str, Recorded]) -> Mapping[str, "mne.io.BaseRaw"]:
        """Filter, re-reference and resample the loaded signals of each group, in place."""

    def giving(self, form: Form) -> "SignalSteps":  # noqa: ARG002  a user's own steps may have no channels or rate
        """Return the same steps, set to the channels and the rate of a form."""
        return self


class Preprocessing(ABC):
    """Base class of preprocessing: steps for the signal, and cutting of windows.

    Attributes
    ----------
    signal
        Steps for the continuous signal; they decide the shards.
    normalise
        Standardisation of each channel to mean 0 and standard deviation 1, over its ``window``, its ``recording``, or
        ``none``.
    flat_uv
        Windows in which a channel, as recorded, varies by less than this number of µV are rejected; None keeps all.
    saturated_share
        Windows in which more than this proportion of a channel's samples is at the amplifier's limit are rejected; None
        keeps all.
    features
        Additional features of each window, by name: ``+preprocessing/feature@preprocessing.features.NAME=…``.
    """

    signal: SignalSteps
    normalise: str
    features: Mapping[str, Feature]
    flat_uv: Positive | None
    saturated_share: Share | None

    @property
    def cuts_crops(self) -> bool:
        """True if a trial may be cut into several windows."""
        return False

    @property
    def needs_labels(self) -> bool:
        """True if windows lie at labels, so that a recording without labels has no windows."""
        return False

    @property
    def padded(self) -> RecordingPadding | None:
        """Padding around recordings in sequences; None without padding."""
        return None

    @property
    def answered(self) -> "Preprocessing":
        """Preprocessing for predictions: overlapping windows are replaced by pieces as long as their stride."""
        return self

    @property
    def labels_centre(self) -> bool:
        """True if the class of a window is the class at its centre, and predictions hold for the centre only."""
        return False

    @property
    @abstractmethod
    def least_s(self) -> float:
        """Minimum length in seconds of a recording with a window."""

    @abstractmethod
    def cut(self, shard: Shard, dataset: Dataset) -> Cut:
        """Return the position of the windows of a recording, from its annotations.

        Raises
        ------
        BadRecordingError
            If its labels cannot be used, or there is no window.
        """

    def tell(self, cuts: Sequence[Cut]) -> None:  # noqa: B027  most subclasses have nothing to log
        """Log what a reader must know about the windows of all recordings."""

    @abstractmethod
    def n_times(self, sfreq: float) -> int:
        """Return the number of samples in a window at a rate in Hz."""
