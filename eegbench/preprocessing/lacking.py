"""Which recordings lack which channels: told in a run's notes, and refused where all lack one that was asked for."""

import logging
from collections.abc import Mapping, Sequence

from eegbench.dataset import BadRecordingError
from eegbench.dataset.content import named
from eegbench.store.shard import GroupHeader

_log = logging.getLogger(__name__)


def tell_lacking(headers: Mapping[str, GroupHeader], channels: Sequence[str]) -> None:
    """Note the recordings that lack a channel, or have zeros in its place.

    Parameters
    ----------
    headers
        What the shard of each recording says of a group of signals.
    channels
        The names that were asked for, or those that any recording has.

    Raises
    ------
    BadRecordingError
        Where no recording has one of them.
    """
    for channel in channels:
        without = [recording for recording, header in headers.items() if not _has(header, channel)]
        if len(without) == len(headers):
            there = sorted({name for header in headers.values() for name in header.channels if _has(header, name)})
            raise BadRecordingError(
                f"preprocessing.signal.channels: no recording has {channel}; there are {', '.join(there) or 'none'}."
            )
        if without:
            _log.info(
                "Channel %s is missing in %d of %d recordings: %s.",
                *(channel, len(without), len(headers), named(without)),
            )


def _has(header: GroupHeader, channel: str) -> bool:
    """Return whether a recording has a channel with a signal: one that was filled with zeros has none."""
    if channel not in header.channels:
        return False
    place = header.channels.index(channel)
    return header.mean_uv[place] != 0 or header.std_uv[place] != 0
