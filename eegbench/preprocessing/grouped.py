"""Groups of signals, each with channels, a filter and a sampling rate of its own: EEG at 100 Hz, EOG at 50 Hz."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import mne

from eegbench.dataset import Dataset
from eegbench.preprocessing.base import GroupPlan, SignalSteps
from eegbench.preprocessing.filtered import Filtered
from eegbench.preprocessing.recorded import Recorded
from eegbench.types import Recording


@dataclass(frozen=True, kw_only=True)
class Grouped(SignalSteps):
    """Filters each group of signals by itself.

    Windows are cut at the samples of the first group, and the first group decides which windows are flat or saturated.

    Parameters
    ----------
    groups
        The settings of each group by its name; each names its channels, and no channel stands in two groups.
    """

    groups: Mapping[str, Filtered]

    def __post_init__(self) -> None:
        if not self.groups:
            raise ValueError("preprocessing.signal.groups={}: one group of signals or more is expected.")
        taken: dict[str, str] = {}
        for name, steps in self.groups.items():
            where = f"preprocessing.signal.groups.{name}"
            if not name.isidentifier():
                raise ValueError(f"{where}: a name of letters, digits and _ is expected.")
            if not steps.channels:
                raise ValueError(f"{where}.channels={steps.channels}: a group must name its channels.")
            for channel in steps.channels:
                if channel in taken:
                    raise ValueError(f"{where}.channels: {channel} stands in group {taken[channel]}, too.")
                taken[channel] = name

    @property
    def settings(self) -> Mapping[str, object]:
        """All settings, as they enter the shard's name."""
        return {name: steps.settings for name, steps in self.groups.items()}

    @property
    def group_plans(self) -> Mapping[str, GroupPlan]:
        """The groups, in their order."""
        return {
            name: GroupPlan(steps.channels, steps.sfreq, steps.missing_channels) for name, steps in self.groups.items()
        }

    def select(self, dataset: Dataset, recording: Recording) -> Mapping[str, Recorded]:
        """Open the channels of each group; loads nothing.

        Raises
        ------
        BadRecordingError
            Where a channel is missing or a band edge lies above half the sampling rate.
        """
        return {
            name: steps.opened(dataset, recording, partial(dataset.read_channels, recording, steps.channels or ()))
            for name, steps in self.groups.items()
        }

    def apply(self, groups: Mapping[str, Recorded]) -> Mapping[str, "mne.io.BaseRaw"]:
        """Filter, re-reference and resample the loaded signals of each group, in place."""
        return {name: self.groups[name].filtered(one) for name, one in groups.items()}
