"""Missing channels: logged for each recording, and an error if no recording has a requested channel."""

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
    """Log the recordings that lack a channel, or in which it is filled with zeros or interpolated.

    Parameters
    ----------
    headers
        Header of the shard of each recording.
    group
        Name of the group of signals.
    channels
        Requested names, or all that occur in any recording.
    missing_channels
        Treatment of these recordings.

    Raises
    ------
    BadRecordingError
        If no recording has one of the channels.
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
