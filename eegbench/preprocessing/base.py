"""What preprocessing promises: signal settings that decide the shards, and a table of windows over them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import mne
import pandas as pd

from eegbench.dataset import Dataset
from eegbench.store import Shard


class SignalSteps(ABC):
    """What is done once to the continuous signal; its settings are part of a shard's identity.

    Attributes
    ----------
    sfreq
        Rate in Hz that it resamples to, or None.
    """

    sfreq: float | None

    @property
    @abstractmethod
    def settings(self) -> Mapping[str, object]:
        """All settings, as they enter the shard's name."""

    @abstractmethod
    def select(self, raw: "mne.io.BaseRaw") -> "mne.io.BaseRaw":
        """Keep the channels asked for, and check that the settings suit the recording; loads nothing."""

    @abstractmethod
    def apply(self, raw: "mne.io.BaseRaw") -> "mne.io.BaseRaw":
        """Filter, re-reference and resample a loaded recording, in place."""


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
    @abstractmethod
    def least_s(self) -> float:
        """Seconds that a recording must last to hold a window."""

    @abstractmethod
    def windows(self, shards: Sequence[Shard], dataset: Dataset) -> pd.DataFrame:
        """Cut windows from each shard's annotations: rows with their label and flags, in order of time."""

    @abstractmethod
    def n_times(self, sfreq: float) -> int:
        """Return the samples in a window at a rate in Hz."""
