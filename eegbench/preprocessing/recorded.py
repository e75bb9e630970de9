"""Recorded signals of a group; channels of several sampling rates are read at their own rates, on one clock.

Conventions
-----------
MNE reads the channels of one EDF file at the highest of their rates, and interpolates the samples. Here each rate is a
separate `mne.io.Raw`. Their first samples may be half a sample apart if a recording was cropped between two samples of
the slower one; `joined` takes this into account.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import mne
import numpy as np

from eegbench.dataset import BadRecordingError, MixedRatesError
from eegbench.preprocessing.excluded_channels import found

MIN_PAD = 100
"""Number of samples of padding at each end of a signal during resampling, as in MNE."""

MAX_DENOMINATOR = 1000
"""Maximum denominator of the ratio of two rates: 100/256 is 25/64."""


@dataclass(frozen=True)
class Recorded:
    """Channels of a group, with their signals by sampling rate.

    Attributes
    ----------
    channels
        Names, in the order of the group.
    raws
        Signals of each sampling rate, the highest rate first; annotations are those of the first.
    left_out
        Names of excluded channels that exist in the recording.
    """

    channels: tuple[str, ...]
    raws: tuple["mne.io.BaseRaw", ...]
    left_out: tuple[str, ...] = ()

    @property
    def first(self) -> "mne.io.BaseRaw":
        """Signals of the highest rate."""
        return self.raws[0]

    @property
    def sfreq(self) -> dict[str, float]:
        """Sampling rate of each channel in Hz."""
        rates = {name: float(raw.info["sfreq"]) for raw in self.raws for name in raw.ch_names}
        return {name: rates[name] for name in self.channels}

    @property
    def kinds(self) -> tuple[str, ...]:
        """MNE's type of each channel."""
        pairs = (zip(raw.ch_names, raw.get_channel_types(), strict=True) for raw in self.raws)
        kinds = {name: kind for one in pairs for name, kind in one}
        return tuple(kinds[name] for name in self.channels)

    def picked(self, channels: Sequence[str]) -> "Recorded":
        """Return some of the channels in another order; no samples are loaded."""
        kept = []
        for raw in self.raws:
            there = [name for name in channels if name in raw.ch_names]
            if there:
                kept.append(raw.pick(there).reorder_channels(there))
        return replace(self, channels=tuple(name for name in channels if name in self.channels), raws=tuple(kept))

    def part(self, channels: Sequence[str]) -> "Recorded":
        """Return copies of some of the channels in another order; no samples are loaded."""
        kept = []
        for raw in self.raws:
            there = [raw.ch_names.index(name) for name in channels if name in raw.ch_names]
            if there:
                kept.append(_copied(raw, there))
        return Recorded(tuple(name for name in channels if name in self.channels), tuple(kept))


def open_group(
    read: Callable[[], "mne.io.BaseRaw"],
    read_channels: Callable[[Sequence[str]], "mne.io.BaseRaw"],
    *,
    channels: Sequence[str] | None,
    exclude: Sequence[str],
    takes_several_rates: bool,
) -> Recorded:
    """Open the channels of a group, separately for each rate if there are several.

    Parameters
    ----------
    read
        Function that opens the recording.
    read_channels
        Function that opens some of its channels by name.
    channels
        Names to keep; None keeps all.
    exclude
        Names to exclude.
    takes_several_rates
        Whether the channels may have different rates.

    Raises
    ------
    BadRecordingError
        If there are several rates but one is required, or no channel is left.
    """
    try:
        raw = read()
    except MixedRatesError as error:
        left_out = found(exclude, list(error.rates))
        asked = set(error.rates if channels is None else channels) - set(left_out.values())
        kept = {name: rate for name, rate in error.rates.items() if name in asked}
        kept = kept or dict(error.rates)  # the caller's check of names reports missing ones
        rates = sorted(set(kept.values()), reverse=True)
        if len(rates) > 1 and not takes_several_rates:
            raise BadRecordingError(str(error)) from error
        by_rate = [[name for name, rate in kept.items() if rate == one] for one in rates]
        return Recorded(tuple(kept), tuple(read_channels(names) for names in by_rate), tuple(left_out))
    left_out = found(exclude, raw.ch_names)
    if left_out:
        raw.drop_channels(list(left_out.values()))
    return Recorded(tuple(raw.ch_names), (raw,), tuple(left_out))


def _copied(raw: "mne.io.BaseRaw", rows: Sequence[int]) -> "mne.io.BaseRaw":
    """Return a copy of some channels; loaded samples of other channels are not copied."""
    if not raw.preload:
        names = [raw.ch_names[row] for row in rows]
        return raw.copy().pick(names).reorder_channels(names)
    copy = mne.io.RawArray(raw.get_data(rows), mne.pick_info(raw.info, rows), raw.first_samp, verbose="ERROR")
    return copy.set_annotations(raw.annotations, verbose="ERROR")


def joined(recorded: Recorded, sfreq: float | None) -> "mne.io.BaseRaw":
    """Resample loaded signals of several rates to one, and return them as one recording; a single rate is unchanged.

    Each signal is limited to half the lower one of its two rates, by MNE's resampling in the frequency domain.

    Raises
    ------
    BadRecordingError
        If a signal ends more than one of its samples before the first signal does.
    """
    clock = recorded.first
    if sfreq is None or len(recorded.raws) == 1:
        return clock
    late_s = [clock.first_time - raw.first_time for raw in recorded.raws]
    own_s = [1 / raw.info["sfreq"] for raw in recorded.raws]
    for raw in recorded.raws:
        _resample(raw, sfreq)
    for raw, shift_s, step_s in list(zip(recorded.raws, late_s, own_s, strict=True))[1:]:
        at = np.arange(clock.n_times) + round(shift_s * sfreq)
        short_s = (at[-1] + 1 - raw.n_times) / sfreq
        if short_s > step_s + 1 / sfreq:
            raise BadRecordingError(
                f"channel {raw.ch_names[0]} ends {short_s:g} s before {clock.ch_names[0]}; export the recording "
                "again, or leave the channel out."
            )
        signal = raw.get_data()[:, np.clip(at, 0, raw.n_times - 1)]
        aligned = mne.io.RawArray(signal, raw.info, first_samp=clock.first_samp, verbose="ERROR")
        clock.add_channels([aligned], force_update_info=True)
    return clock.reorder_channels(list(recorded.channels))


def _resample(raw: "mne.io.BaseRaw", sfreq: float) -> None:
    """Resample in place; ends are padded by whole numbers of samples at both rates, which avoids a time shift."""
    if raw.info["sfreq"] == sfreq:
        return
    step = Fraction(sfreq / raw.info["sfreq"]).limit_denominator(MAX_DENOMINATOR).denominator
    raw.resample(sfreq, npad=step * -(-MIN_PAD // step), verbose="ERROR")
