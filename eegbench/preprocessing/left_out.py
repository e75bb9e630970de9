"""Channels that are left out by name, under whatever spelling a file has them."""

from collections.abc import Mapping, Sequence

from eegbench.dataset import BadRecordingError
from eegbench.dataset.channel_names import AmbiguousNameError, find, standard
from eegbench.store.shard import ShardHeader

OPTION = "preprocessing.signal.exclude"


def found(exclude: Sequence[str], there: Sequence[str]) -> dict[str, str]:
    """Return the channel of a recording that each name stands for; names that it does not have are not in the dict.

    Raises
    ------
    BadRecordingError
        Where several channels have an equal claim on a name, or none is left.
    """
    try:
        labels = {name: find(name, there) for name in exclude}
    except AmbiguousNameError as error:
        raise BadRecordingError(f"{OPTION}: {error}; name them as the recording does.") from error
    left_out = {name: those[0] for name, those in labels.items() if len(those) == 1}
    if there and not set(there) - set(left_out.values()):
        raise BadRecordingError(f"{OPTION}: leaves none of the channels {', '.join(there)}; name fewer.")
    return left_out


def check_names(channels: Sequence[str] | None, exclude: Sequence[str]) -> None:
    """Refuse a name that stands twice, or among the channels to keep as well.

    Raises
    ------
    ValueError
        Naming it.
    """
    names = [standard(name) for name in exclude]
    twice = [name for name, own in zip(exclude, names, strict=True) if names.count(own) > 1]
    if twice:
        raise ValueError(f"{OPTION}: {twice[0]} stands there twice; name it once.")
    both = [name for name in channels or () if standard(name) in names]
    if both:
        raise ValueError(f"{OPTION}: {both[0]} stands in preprocessing.signal.channels, too; name it in one of them.")


def check_found(headers: Mapping[str, ShardHeader], group: str, exclude: Sequence[str]) -> None:
    """Refuse names of which no recording has a channel.

    Parameters
    ----------
    headers
        What the shard of each recording says.
    group
        The group of signals.
    exclude
        The names.

    Raises
    ------
    BadRecordingError
        With the names that there are.
    """
    groups = [header.groups[group] for header in headers.values()]
    left_out = {name for one in groups for name in one.left_out}
    nowhere = [name for name in exclude if name not in left_out]
    if nowhere:
        there = sorted({name for one in groups for name in one.recorded_sfreq} | left_out)
        raise BadRecordingError(
            f"{OPTION}: no recording has the channel {', '.join(nowhere)}; there are {', '.join(there)}. Name others, "
            f"or set {OPTION}=[]."
        )
