"""Log messages about channels: their types, and recordings with several sampling rates."""

import logging
from collections.abc import Mapping

from eegbench.dataset.channel_kinds import kind_of
from eegbench.dataset.content import named
from eegbench.store.shard import ShardHeader

_log = logging.getLogger(__name__)


def tell_kinds(headers: Mapping[str, ShardHeader], group: str) -> None:
    """Log the types of the channels of a group, and whether names or files specify them."""
    forms = dict.fromkeys((one.groups[group].channels, one.groups[group].kinds) for one in headers.values())
    pairs = dict.fromkeys(pair for form in forms for pair in zip(*form, strict=True))
    found: dict[tuple[str, str], list[str]] = {}
    for channel, kind in pairs:
        found.setdefault((kind, _said_by(channel, kind)), []).append(channel)
    listed = "; ".join(f"{kind.upper()} {said}: {named(names)}" for (kind, said), names in found.items())
    _log.info("Channels of group %s are %s.", group, listed)


def tell_rates(headers: Mapping[str, ShardHeader], group: str) -> None:
    """Log the recordings whose channels of a group have several rates, with the rates of the first such recording."""
    rates = {name: header.groups[group].recorded_sfreq for name, header in headers.items()}
    mixed = {name: one for name, one in rates.items() if len(set(one.values())) > 1}
    for name, one in list(mixed.items())[:1]:
        by_rate = {rate: [channel for channel in one if one[channel] == rate] for rate in sorted(one.values())[::-1]}
        listed = "; ".join(f"{rate:g} Hz {named(channels)}" for rate, channels in by_rate.items())
        _log.info(
            "Channels of several rates were resampled to %g Hz in %d of %d recordings; in %s: %s.",
            *(headers[name].groups[group].sfreq, len(mixed), len(headers), name, listed),
        )


def _said_by(channel: str, kind: str) -> str:
    by_name = kind_of(channel)
    if by_name == kind:
        return "by name"
    return "by the file or by default" if kind == "eeg" and by_name is None else "by the file"
