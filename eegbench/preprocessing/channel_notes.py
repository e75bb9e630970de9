"""What a run's notes say of channels: which were recorded at another rate than the others of their group."""

import logging
from collections.abc import Mapping

from eegbench.store.shard import ShardHeader

_log = logging.getLogger(__name__)


def tell_rates(headers: Mapping[str, ShardHeader], group: str) -> None:
    """Note the recordings whose channels of a group had several rates, with the rates of the first of them."""
    rates = {name: _rates(header, group) for name, header in headers.items()}
    mixed = {name: one for name, one in rates.items() if len(set(one.values())) > 1}
    for name, one in list(mixed.items())[:1]:
        listed = ", ".join(f"{channel} {rate:g} Hz" for channel, rate in one.items())
        _log.info(
            "Channels of several rates were resampled to %g Hz in %d of %d recordings; in %s: %s.",
            *(headers[name].groups[group].sfreq, len(mixed), len(headers), name, listed),
        )


def _rates(header: ShardHeader, group: str) -> dict[str, float]:
    """Return the rate as recorded of each recorded channel of a group."""
    channels = header.groups[group].channels
    return {name: rate for name, rate in header.recorded_sfreq.items() if name in channels}
