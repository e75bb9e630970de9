"""What preprocessing promises: signal settings that decide the shards, and a table of windows over them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import mne
import pandas as pd

from eegbench.dataset import Dataset
from eegbench.store import Shard
from eegbench.types import Recording


@dataclass(frozen=True)
class GroupPlan:
    """What is asked of a group of signals.

    Attributes
    ----------
    channels
        Names in their order; None keeps all that a recording has.
    sfreq
        Rate in Hz that the group is resampled to; None keeps the recorded rate.
    may_lack_channels
        Whether recordings may have different channels.
    """

    channels: tuple[str, ...] | None
    sfreq: float | None
    may_lack_channels: bool


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

    @abstractmethod
    def select(self, dataset: Dataset, recording: Recording) -> Mapping[str, "mne.io.BaseRaw"]:
        """Open the channels of each group, and check that the settings suit the recording; loads nothing."""

    @abstractmethod
    def apply(self, groups: Mapping[str, "mne.io.BaseRaw"]) -> Mapping[str, "mne.io.BaseRaw"]:
        """Filter, re-reference and resample the loaded signals of each group, in place."""


class Preprocessing(ABC):
    """Both halves: what is done to the signal, and how windows are cut from it.

    Attributes
    ----------
    signal
        Decides the shards.
    normalise
        Over what each channel of a window is standardised.
    """

    signal: SignalSteps
    normalise: str

    @property
    def cuts_crops(self) -> bool:
        """Whether a trial may be cut into several windows."""
        return False

    @property
    @abstractmethod
    def least_s(self) -> float:
        """Seconds that a recording must last to hold a window."""

    @abstractmethod
    def windows(self, shards: Sequence[Shard], dataset: Dataset) -> pd.DataFrame:
        """Cut windows from each shard's annotations: rows with their label and flags, in order of time."""

    @abstractmethod
    def n_times(self, sfreq: float) -> int:
        """Return the samples in a window at a rate in Hz."""
