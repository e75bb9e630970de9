"""Form of a group of signals over all recordings: common channels, rate and positions."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from eegbench.dataset import BadRecordingError
from eegbench.preprocessing.base import Preprocessing
from eegbench.preprocessing.channel_notes import tell_kinds, tell_rates
from eegbench.preprocessing.excluded_channels import check_found
from eegbench.preprocessing.missing_channels import tell_lacking
from eegbench.store.shard import GroupHeader, ShardHeader
from eegbench.types import Group


def group_form(
    headers: Mapping[str, ShardHeader], name: str, preprocessing: Preprocessing, asked: Sequence[str] = ()
) -> Group:
    """Return the form of a group, with all channels that occur in any recording.

    Parameters
    ----------
    headers
        Header of the shard of each recording, by id.
    name
        Name of the group.
    preprocessing
        Preprocessing with the options of the group.
    asked
        Channels requested from the dataset, if the group lists none.

    Raises
    ------
    BadRecordingError
        If recordings differ in rate or channels, or none has a channel that is requested or excluded.
    """
    for _, message in differences(headers, name, preprocessing):
        raise BadRecordingError(message)
    plan = preprocessing.signal.group_plans[name]
    check_found(headers, name, plan.exclude)
    where = _positions([header.groups[name] for header in headers.values()])
    channels = list(plan.out_channels or where)
    tell_kinds(headers, name)
    tell_rates(headers, name)
    if plan.missing_channels != "refuse":
        tell_lacking(headers, name, plan.channels or asked or channels, plan.missing_channels)
    first = next(iter(headers.values())).groups[name]
    return Group(
        channels=tuple(channels),
        sfreq=first.sfreq,
        n_times=preprocessing.n_times(first.sfreq),
        positions=np.array([where[channel] for channel in channels], dtype=np.float64),
    )


def _positions(groups: Sequence[GroupHeader]) -> dict[str, tuple[float, float, float]]:
    """Return the position of each channel, preferably from a recording in which it was not filled in."""
    found: dict[str, tuple[float, float, float]] = {}
    for group in groups:
        for channel, position in zip(group.channels, group.positions, strict=True):
            if channel not in found or channel in group.recorded_sfreq:
                found[channel] = position
    return found


def differences(
    headers: Mapping[str, ShardHeader], name: str, preprocessing: Preprocessing
) -> Iterator[tuple[str, str]]:
    """Yield the recordings whose rate or channels differ from the first, with an error message."""
    plan = preprocessing.signal.group_plans[name]
    groups = {recording: header.groups[name] for recording, header in headers.items()}
    recording, first = next(iter(groups.items()))
    for other, group in groups.items():
        if group.sfreq != first.sfreq or (group.channels != first.channels and plan.missing_channels != "mark"):
            message = (
                f"{other} has {len(group.channels)} channels ({', '.join(group.channels)}) at "
                f"{group.sfreq:g} Hz, but {recording} has {len(first.channels)} ({', '.join(first.channels)}) "
                f"at {first.sfreq:g} Hz; name common ones with preprocessing.signal.channels=[…], one rate with "
                "preprocessing.signal.sfreq=…, those of several spellings (T3, T7) with dataset.channels=[…], set "
                "preprocessing.signal.missing_channels=mark, or leave recordings out."
            )
            yield other, message
