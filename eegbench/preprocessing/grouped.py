"""Groups of signals with their own channels, filter and sampling rate, e.g. EEG at 100 Hz and EOG at 50 Hz."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import mne

from eegbench.dataset import Dataset
from eegbench.preprocessing.base import GroupPlan, SignalSteps
from eegbench.preprocessing.one_group import GroupSteps
from eegbench.preprocessing.recorded import Recorded
from eegbench.types import Form, Recording


@dataclass(frozen=True, kw_only=True)
class Grouped(SignalSteps):
    """Prepare each group of signals separately.

    Windows are cut at samples of the first group, and the first group decides which windows are flat or saturated.

    Parameters
    ----------
    groups
        Settings of each group by name. Each lists its channels, and no channel is in two groups that are input of
        models.
    features_only
        Groups for features only, e.g. EEG as it was recorded; models do not get their signals.
    """

    groups: Mapping[str, GroupSteps]
    features_only: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.groups:
            raise ValueError("preprocessing.signal.groups={}: expected at least one group of signals.")
        self._check_features_only()
        taken: dict[str, str] = {}
        for name, steps in self.groups.items():
            where = f"preprocessing.signal.groups.{name}"
            if not name.isidentifier():
                raise ValueError(f"{where}: expected a name of letters, digits and _.")
            if not steps.channels:
                raise ValueError(f"{where}.channels={steps.channels}: expected the names of the group's channels.")
            for channel in (steps.out_channels or ()) if name not in self.features_only else ():
                if channel in taken:
                    raise ValueError(f"{where}.channels: {channel} is also in group {taken[channel]}.")
                taken[channel] = name

    def _check_features_only(self) -> None:
        strange = [name for name in self.features_only if name not in self.groups]
        if strange or len(self.features_only) == len(self.groups):
            raise ValueError(
                f"preprocessing.signal.features_only={list(self.features_only)}: expected some of the groups "
                f"({', '.join(self.groups)}), but not all of them."
            )
        if next(iter(self.groups)) in self.features_only:
            raise ValueError(
                f"preprocessing.signal.features_only={list(self.features_only)}: windows are cut at samples of the "
                "first group, so models must get it; put another group first."
            )

    @property
    def settings(self) -> Mapping[str, object]:
        """All settings that are part of the shard's name."""
        return {name: steps.settings for name, steps in self.groups.items()}

    @property
    def group_plans(self) -> Mapping[str, GroupPlan]:
        """Groups in their order."""
        return {
            name: replace(steps.plan, features_only=name in self.features_only) for name, steps in self.groups.items()
        }

    def select(self, dataset: Dataset, recording: Recording) -> Mapping[str, Recorded]:
        """Open the channels of each group; no samples are loaded.

        Raises
        ------
        BadRecordingError
            If a channel is missing or a band edge lies above half the sampling rate.
        """
        return {
            name: steps.opened(dataset, recording, partial(dataset.read_channels, recording, steps.channels or ()))
            for name, steps in self.groups.items()
        }

    def giving(self, form: Form) -> "Grouped":
        """Return the same steps with the channels and the rate of a form, for each group that is input of models."""
        asked = {name: steps.giving(form.of(name)) for name, steps in self.groups.items() if name in form.groups}
        return replace(self, groups={**self.groups, **asked})

    def apply(self, groups: Mapping[str, Recorded]) -> Mapping[str, "mne.io.BaseRaw"]:
        """Prepare the loaded signals of each group, in place."""
        return {name: self.groups[name].prepared(one) for name, one in groups.items()}
