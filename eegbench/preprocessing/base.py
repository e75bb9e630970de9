"""What preprocessing promises: signal settings that decide the shards, and a table of windows over them."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import mne
import numpy as np
from jaxtyping import Bool, Int

from eegbench.dataset import Dataset
from eegbench.preprocessing.feature import Feature
from eegbench.preprocessing.padding import RecordingPadding
from eegbench.preprocessing.recorded import Recorded
from eegbench.store import Shard
from eegbench.types import Form, Recording

MissingChannels = Literal["refuse", "zeros", "interpolate", "mark"]
"""What becomes of a recording that lacks channels: it is refused, has zeros or splines in their place, or is marked."""


EVERY_HZ = (0.0, math.inf)
"""The pass band of signals that are not filtered."""


@dataclass(frozen=True)
class GroupPlan:
    """What is asked of a group of signals.

    Attributes
    ----------
    channels
        Names that are read, in their order; None reads all that a recording has.
    out_channels
        Names of the prepared signals; None where those are all that were read.
    sfreq
        Rate in Hz that the group is resampled to; None keeps the recorded rate.
    missing_channels
        What becomes of a recording that lacks some.
    exclude
        Names of channels that are left out.
    features_only
        Whether features alone look at the group, and models do not get its signals.
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
    """Where the windows of a recording lie.

    Attributes
    ----------
    sample, label
        First sample (of the first group of signals) and class of each, in order of time.
    window_s
        Length of all of them in seconds.
    trial
        The number of the trial that each is cut from, where trials are cut.
    counts
        What is to be told of all recordings together: trials moved, samples lost, ….
    marked_bad
        Whether each overlaps a stretch that an annotation marks as bad signal; None says that there is none.
    """

    sample: Int[np.ndarray, "n"]
    label: Int[np.ndarray, "n"]
    window_s: float
    trial: Int[np.ndarray, "n"] | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    marked_bad: Bool[np.ndarray, "n"] | None = None


class SignalSteps(ABC):
    """What is done once to the continuous signal; its settings are part of a shard's identity."""

    @property
    @abstractmethod
    def settings(self) -> Mapping[str, object]:
        """All settings, as they enter the shard's name."""

    @property
    @abstractmethod
    def group_plans(self) -> Mapping[str, GroupPlan]:
        """The groups of signals by name. Windows are cut at the samples of the first."""

    @property
    def model_groups(self) -> tuple[str, ...]:
        """The groups whose signals models get."""
        return tuple(name for name, plan in self.group_plans.items() if not plan.features_only)

    @abstractmethod
    def select(self, dataset: Dataset, recording: Recording) -> Mapping[str, Recorded]:
        """Open the channels of each group, and check that the settings suit the recording; loads nothing."""

    @abstractmethod
    def apply(self, groups: Mapping[str, Recorded]) -> Mapping[str, "mne.io.BaseRaw"]:
        """Filter, re-reference and resample the loaded signals of each group, in place."""

    def giving(self, form: Form) -> "SignalSteps":  # noqa: ARG002  steps of a user's own may have no channels or rate
        """Return the same steps, asked for the channels and the rate of a form, whatever was recorded."""
        return self


class Preprocessing(ABC):
    """Both halves: what is done to the signal, and how windows are cut from it.

    Attributes
    ----------
    signal
        What is done to the continuous signal; it decides the shards.
    normalise
        Each channel to mean 0 and standard deviation 1 over its ``window``, its ``recording``, or ``none``.
    flat_uv
        A window is rejected where a channel, as recorded, stays within so many µV; None keeps all.
    saturated_share
        A window is rejected where more than this share of a channel's samples lies at the amplifier's limit;
        None keeps all.
    features
        What comes beside the signals of each window, by name: ``+preprocessing/feature@preprocessing.features.NAME=…``.
    """

    signal: SignalSteps
    normalise: str
    features: Mapping[str, Feature]
    flat_uv: float | None
    saturated_share: float | None

    @property
    def cuts_crops(self) -> bool:
        """Whether a trial may be cut into several windows."""
        return False

    @property
    def needs_labels(self) -> bool:
        """Whether windows lie where labels say: a recording without labels has none."""
        return False

    @property
    def padded(self) -> RecordingPadding | None:
        """What stands around recordings in sequences; None where nothing does."""
        return None

    @property
    def answered(self) -> "Preprocessing":
        """How a recording is cut into what is answered once: windows that overlap give way to their steps."""
        return self

    @property
    def labels_centre(self) -> bool:
        """Whether a window has the class of its centre, and answers for that alone."""
        return False

    @property
    @abstractmethod
    def least_s(self) -> float:
        """Seconds that a recording must last to hold a window."""

    @abstractmethod
    def cut(self, shard: Shard, dataset: Dataset) -> Cut:
        """Return where the windows of a recording lie, from its annotations.

        Raises
        ------
        BadRecordingError
            Where its labels cannot be used, or there is no window.
        """

    def tell(self, cuts: Sequence[Cut]) -> None:  # noqa: B027  most have nothing to tell
        """Note what a reader must know of the windows of all recordings."""

    @abstractmethod
    def n_times(self, sfreq: float) -> int:
        """Return the samples in a window at a rate in Hz."""
