"""What is done to one group of signals, which may be the only one."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import partial

import mne

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.preprocessing.base import EVERY_HZ, GroupPlan, MissingChannels, SignalSteps
from eegbench.preprocessing.recorded import Recorded, open_group
from eegbench.types import Form, Recording

ONLY = "eeg"
"""Name of the group, where there is one."""


class GroupSteps(SignalSteps):
    """Opens the channels of a group and prepares their signals.

    Attributes
    ----------
    channels
        Names to read, in this order; None reads all.
    exclude
        Names of channels that are left out.
    missing_channels
        What becomes of a recording that lacks some of them.
    """

    channels: tuple[str, ...] | None
    exclude: tuple[str, ...]
    missing_channels: MissingChannels

    @property
    def out_channels(self) -> tuple[str, ...] | None:
        """Names of the prepared signals; None where those are all that were read."""
        return self.channels

    @property
    @abstractmethod
    def out_sfreq(self) -> float | None:
        """Rate in Hz of the prepared signals; None where it follows from that of the recording."""

    @property
    def passed_hz(self) -> tuple[float, float]:
        """Pass band of the filters in Hz."""
        return EVERY_HZ

    @property
    def takes_several_rates(self) -> bool:
        """Whether the channels of the group may be recorded at different rates."""
        return self.out_sfreq is not None

    @abstractmethod
    def rate_of(self, recorded: Recorded) -> float:
        """Return the rate in Hz that prepared signals have.

        Raises
        ------
        BadRecordingError
            Where the settings do not suit the rate of the recording.
        """

    @abstractmethod
    def giving(self, form: Form) -> "GroupSteps":
        """Return the same steps, asked for the channels and, where they can resample to it, the rate of a form."""

    @abstractmethod
    def prepared(self, recorded: Recorded) -> "mne.io.BaseRaw":
        """Prepare loaded signals, in place."""

    @abstractmethod
    def check(self, recorded: Recorded) -> None:
        """Refuse signals that the settings do not suit; loads nothing.

        Raises
        ------
        BadRecordingError
            Naming the option.
        """

    @property
    def plan(self) -> GroupPlan:
        """What is asked of the group."""
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
        """Open a recording and keep the channels asked for, in their order; loads nothing.

        Raises
        ------
        BadRecordingError
            Where a channel is missing, the settings do not suit the signals, or there are several rates and none to
            resample to.
        """
        return {ONLY: self.opened(dataset, recording, partial(dataset.read, recording))}

    def apply(self, groups: Mapping[str, Recorded]) -> Mapping[str, "mne.io.BaseRaw"]:
        """Prepare the loaded signals, in place."""
        return {name: self.prepared(one) for name, one in groups.items()}

    def opened(self, dataset: Dataset, recording: Recording, read: Callable[..., "mne.io.BaseRaw"]) -> Recorded:
        """Open the channels of a group by a method of a dataset, see `select`."""
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
