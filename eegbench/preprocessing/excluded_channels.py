"""Channels that are excluded by name, in any spelling."""

from collections.abc import Mapping, Sequence

from eegbench.dataset import BadRecordingError
from eegbench.dataset.channel_names import AmbiguousNameError, find, standard
from eegbench.store.shard import ShardHeader

OPTION = "preprocessing.signal.exclude"


def found(exclude: Sequence[str], there: Sequence[str]) -> dict[str, str]:
    """Return the channel of a recording for each excluded name; names without a channel are not in the dict.

    Raises
    ------
    BadRecordingError
        If a name matches several channels equally well, or no channel is left.
    """
    try:
        labels = {name: find(name, there) for name in exclude}
    except AmbiguousNameError as error:
        raise BadRecordingError(f"{OPTION}: {error}; use the names in the recording.") from error
    left_out = {name: those[0] for name, those in labels.items() if len(those) == 1}
    if there and not set(there) - set(left_out.values()):
        raise BadRecordingError(f"{OPTION}: leaves none of the channels {', '.join(there)}; name fewer.")
    return left_out


def check_names(channels: Sequence[str] | None, exclude: Sequence[str]) -> None:
    """Raise an error for a name that is listed twice, or is also among the channels to keep.

    Raises
    ------
    ValueError
        With the name.
    """
    names = [standard(name) for name in exclude]
    twice = [name for name, own in zip(exclude, names, strict=True) if names.count(own) > 1]
    if twice:
        raise ValueError(f"{OPTION}: {twice[0]} is listed twice; list it once.")
    both = [name for name in channels or () if standard(name) in names]
    if both:
        raise ValueError(f"{OPTION}: {both[0]} is also in preprocessing.signal.channels; remove it from one of them.")


def check_found(headers: Mapping[str, ShardHeader], group: str, exclude: Sequence[str]) -> None:
    """Raise an error for names without a channel in any recording.

    Parameters
    ----------
    headers
        Header of the shard of each recording.
    group
        Name of the group of signals.
    exclude
        Excluded names.

    Raises
    ------
    BadRecordingError
        With the available names.
    """
    groups = [header.groups[group] for header in headers.values()]
    left_out = {name for one in groups for name in one.left_out}
    nowhere = [name for name in exclude if name not in left_out]
    if nowhere:
        there = sorted({name for one in groups for name in one.recorded_sfreq} | left_out)
        raise BadRecordingError(
            f"{OPTION}: no recording has the channel {', '.join(nowhere)}; there are {', '.join(there)}. Use others, "
            f"or set {OPTION}=[]."
        )
