"""Which recordings lack which channels: told in a run's notes, and refused where all lack one that was asked for."""

import logging
from collections.abc import Mapping, Sequence

from eegbench.dataset import BadRecordingError
from eegbench.dataset.content import named
from eegbench.preprocessing.base import MissingChannels
from eegbench.store.shard import ShardHeader

_log = logging.getLogger(__name__)


def tell_lacking(
    headers: Mapping[str, ShardHeader], group: str, channels: Sequence[str], missing_channels: MissingChannels
) -> None:
    """Note the recordings that lack a channel, or have zeros or splines in its place.

    Parameters
    ----------
    headers
        What the shard of each recording says.
    group
        The group of signals.
    channels
        The names that were asked for, or those that any recording has.
    missing_channels
        What became of these recordings.

    Raises
    ------
    BadRecordingError
        Where no recording has one of them.
    """
    recorded = {recording: header.groups[group].recorded_sfreq for recording, header in headers.items()}
    what = "interpolated" if missing_channels == "interpolate" else "missing"
    for channel in channels:
        without = [recording for recording, names in recorded.items() if channel not in names]
        if len(without) == len(headers):
            there = sorted({name for names in recorded.values() for name in names})
            raise BadRecordingError(f"no recording has the channel {channel}; there are {', '.join(there) or 'none'}.")
        if without:
            _log.info(
                "Channel %s is %s in %d of %d recordings: %s.",
                *(channel, what, len(without), len(headers), named(without)),
            )
