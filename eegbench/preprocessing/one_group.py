"""Base class of the steps for one group of signals, which may be the only group."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import partial

import mne

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.preprocessing.base import GroupPlan, MissingChannels, SignalSteps
from eegbench.preprocessing.recorded import Recorded, open_group
from eegbench.types import EVERY_HZ, Form, Recording

ONLY = "eeg"
"""Name of the group if there is only one."""


class GroupSteps(SignalSteps):
    """Base class of steps that open the channels of a group and prepare their signals.

    Attributes
    ----------
    channels
        Names to read, in this order; None reads all.
    exclude
        Names of excluded channels.
    missing_channels
        What to do with a recording that lacks some of them.
    """

    channels: tuple[str, ...] | None
    exclude: tuple[str, ...]
    missing_channels: MissingChannels

    @property
    def out_channels(self) -> tuple[str, ...] | None:
        """Names of the prepared signals; None if they are those that were read."""
        return self.channels

    @property
    @abstractmethod
    def out_sfreq(self) -> float | None:
        """Rate in Hz of the prepared signals; None if it depends on the rate of the recording."""

    @property
    def passed_hz(self) -> tuple[float, float]:
        """Pass band of the filters in Hz."""
        return EVERY_HZ

    @property
    def takes_several_rates(self) -> bool:
        """True if the channels of the group may be recorded at different rates."""
        return self.out_sfreq is not None

    @abstractmethod
    def rate_of(self, recorded: Recorded) -> float:
        """Return the rate in Hz of the prepared signals.

        Raises
        ------
        BadRecordingError
            If the settings do not fit the rate of the recording.
        """

    @abstractmethod
    def giving(self, form: Form) -> "GroupSteps":
        """Return the same steps, set to the channels and, if they can resample, the rate of a form."""

    @abstractmethod
    def prepared(self, recorded: Recorded) -> "mne.io.BaseRaw":
        """Prepare loaded signals, in place."""

    @abstractmethod
    def check(self, recorded: Recorded) -> None:
        """Raise an error for signals that do not fit the settings; no samples are loaded.

        Raises
        ------
        BadRecordingError
            With the name of the option.
        """

    @property
    def plan(self) -> GroupPlan:
        """Requested channels and rate of the group."""
        return GroupPlan(
            self.channels,
            self.out_channels,
            self.out_sfreq,
            self.missing_channels,
            self.exclude,
            passed_hz=self.passed_hz,
        )

    @property
    def group_plans(self) -> Mapping[str, GroupPlan]:
        """The only group."""
        return {ONLY: self.plan}

    def select(self, dataset: Dataset, recording: Recording) -> Mapping[str, Recorded]:
        """Open a recording and keep the requested channels, in their order; no samples are loaded.

        Raises
        ------
        BadRecordingError
            If a channel is missing, the settings do not fit the signals, or there are several rates without a rate to
            resample to.
        """
        return {ONLY: self.opened(dataset, recording, partial(dataset.read, recording))}

    def apply(self, groups: Mapping[str, Recorded]) -> Mapping[str, "mne.io.BaseRaw"]:
        """Prepare the loaded signals, in place."""
        return {name: self.prepared(one) for name, one in groups.items()}

    def opened(self, dataset: Dataset, recording: Recording, read: Callable[..., "mne.io.BaseRaw"]) -> Recorded:
        """Open the channels of a group by a method of a dataset (see `select`)."""
        one = open_group(
            partial(read, may_lack_channels=self.missing_channels != "refuse"),
            partial(dataset.read_channels, recording),
            channels=self.channels,
            exclude=self.exclude,
            takes_several_rates=self.takes_several_rates,
        )
        missing = [name for name in self.channels or () if name not in one.channels]
        if missing and (self.missing_channels == "refuse" or len(missing) == len(self.channels or ())):
            raise BadRecordingError(
                f"channel {missing[0]} is missing; there are {', '.join(one.channels)}. Set "
                "preprocessing.signal.channels to some of these, or preprocessing.signal.missing_channels=mark."
            )
        kept = one if self.channels is None else one.picked(self.channels)
        self.check(kept)
        return kept
