"""Filter, re-reference and resample the continuous signal with MNE, in that order."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

import mne
import numpy as np
import scipy  # loads its subpackages, for half a second, on first use
from jaxtyping import Float

from eegbench.config import Positive
from eegbench.dataset import BadRecordingError
from eegbench.dataset.channel_kinds import kind_of
from eegbench.preprocessing.base import MissingChannels
from eegbench.preprocessing.epochs import check_epochs
from eegbench.preprocessing.excluded_channels import check_names
from eegbench.preprocessing.interpolated import check_enough, with_interpolated
from eegbench.preprocessing.one_group import GroupSteps
from eegbench.preprocessing.recorded import Recorded, joined
from eegbench.types import Form

SKIPPED = ("edge", "bad_acq_skip")
"""Annotations that split a recording: MNE filters each part separately."""


@dataclass(frozen=True, kw_only=True)
class Filtered(GroupSteps):
    """A zero-phase FIR filter (MNE's firwin design), a notch filter, a reference and a sampling rate.

    Channels recorded at several rates are filtered at their own rate, and need ``sfreq``.

    Parameters
    ----------
    channels
        Names to keep, in this order; None keeps all.
    exclude
        Names of channels to exclude, in any spelling (``EEG T9-Ref`` is T9). They are not filtered, not part of the
        average reference, and not in the windows.
    l_freq, h_freq
        Pass band in Hz; None leaves that side open.
    notch_hz
        Frequencies of the notch filter, e.g. mains at 50 Hz and its harmonics.
    reference
        ``as_recorded``, or ``average`` over the EEG channels kept; other channels keep their reference.
    sfreq
        Sampling rate in Hz to resample to (after the filter, with its own anti-alias filter); None keeps the rate.
    missing_channels
        What to do with a recording that lacks some of the channels: ``refuse`` raises an error, ``zeros`` fills those
        in ``channels`` with zeros, ``interpolate`` uses splines over the others, before the reference, and ``mark``
        leaves them out and passes a mask of missing channels to encoders.
    """

    channels: tuple[str, ...] | None
    exclude: tuple[str, ...]
    l_freq: Positive | None
    h_freq: Positive | None
    notch_hz: tuple[Positive, ...]
    reference: Literal["as_recorded", "average"]
    sfreq: Positive | None
    missing_channels: MissingChannels

    def __post_init__(self) -> None:
        if self.l_freq is not None and self.h_freq is not None and self.l_freq >= self.h_freq:
            raise ValueError(f"preprocessing.signal: l_freq={self.l_freq:g} Hz is not below h_freq={self.h_freq:g} Hz.")
        if self.missing_channels in ("zeros", "interpolate") and self.channels is None:
            raise ValueError(
                f"preprocessing.signal.missing_channels={self.missing_channels}: needs "
                "preprocessing.signal.channels=[…], the names of all channels."
            )
        check_names(self.channels, self.exclude)

    @property
    def settings(self) -> Mapping[str, object]:
        """All settings that are part of the shard's name, without an empty ``exclude``, to keep older names valid."""
        return {name: value for name, value in asdict(self).items() if name != "exclude" or value}

    @property
    def out_sfreq(self) -> float | None:
        """Rate in Hz of the prepared signals."""
        return self.sfreq

    @property
    def passed_hz(self) -> tuple[float, float]:
        """Pass band in Hz."""
        return self.l_freq or 0.0, math.inf if self.h_freq is None else self.h_freq

    def rate_of(self, recorded: Recorded) -> float:
        """Return the rate in Hz of prepared signals."""
        return float(recorded.first.info["sfreq"]) if self.sfreq is None else self.sfreq

    def giving(self, form: Form) -> "Filtered":
        """Return the same steps with the channels and the rate of a form of one group."""
        return replace(self, channels=form.only.channels, exclude=(), sfreq=form.only.sfreq)

    def prepared(self, recorded: Recorded) -> "mne.io.BaseRaw":
        """Filter, re-reference and resample loaded signals, in place."""
        for one in recorded.raws:
            self._pass(one)
        raw = joined(recorded, self.sfreq)
        if self.missing_channels == "interpolate":
            raw = with_interpolated(raw, self.channels or ())
        if self.reference == "average":
            raw.set_eeg_reference("average", verbose="ERROR")
        if self.sfreq is not None and self.sfreq != raw.info["sfreq"]:
            raw.resample(self.sfreq, verbose="ERROR")
        return raw if self.missing_channels != "zeros" else _with_zeros(raw, self.channels or ())

    def _pass(self, raw: "mne.io.BaseRaw") -> None:
        """Filter signals of one rate, in place; frequencies above half the rate are ignored."""
        nyquist = raw.info["sfreq"] / 2
        h_freq = None if self.h_freq is None or self.h_freq >= nyquist else self.h_freq
        if self.l_freq is not None or h_freq is not None:
            _filter(raw, self.l_freq, h_freq)
        notches = [hz for hz in self.notch_hz if hz < nyquist]
        if notches:
            raw.notch_filter(notches, picks="all", verbose="ERROR")

    def check(self, recorded: Recorded) -> None:
        """Raise an error if there is no EEG to average, too little to interpolate from, or a rate too low for the band.

        Raises
        ------
        BadRecordingError
            With the name of the option.
        """
        if self.missing_channels == "interpolate":
            missing = [name for name in self.channels or () if name not in recorded.channels]
            check_enough(recorded.channels, recorded.kinds, missing)
        if self.reference == "average" and "eeg" not in recorded.kinds:
            raise BadRecordingError(
                f"preprocessing.signal.reference=average: none of {', '.join(recorded.channels)} is an EEG channel; "
                "set preprocessing.signal.reference=as_recorded."
            )
        check_epochs(
            recorded.first,
            l_freq=self.l_freq,
            h_freq=self.h_freq,
            is_notched=bool(self.notch_hz),
            sfreq=self.sfreq,
        )
        highest, lowest = (recorded.raws[i].info["sfreq"] / 2 for i in (0, -1))
        for name, edge, nyquist in (
            ("l_freq", self.l_freq, lowest),
            ("h_freq", self.h_freq, highest),
            ("notch_hz", max(self.notch_hz, default=None), highest),
        ):
            if edge is not None and edge >= nyquist:
                raise BadRecordingError(
                    f"preprocessing.signal.{name}={edge:g} Hz is not below half the sampling rate "
                    f"({nyquist:g} Hz); set a lower one, or null."
                )


def _with_zeros(raw: "mne.io.BaseRaw", channels: Sequence[str]) -> "mne.io.BaseRaw":
    """Return a recording with all of the channels in their order; samples of missing channels are 0."""
    missing = [name for name in channels if name not in raw.ch_names]
    if missing:
        info = mne.create_info(missing, raw.info["sfreq"], [kind_of(name) or "eeg" for name in missing])
        zeros = mne.io.RawArray(np.zeros((len(missing), raw.n_times)), info, first_samp=raw.first_samp, verbose="ERROR")
        raw.add_channels([zeros], force_update_info=True)
        raw.reorder_channels(list(channels))
    return raw


def _filter(raw: "mne.io.BaseRaw", l_freq: float | None, h_freq: float | None) -> None:
    """Filter a recording like ``raw.filter``, with the same filter design by MNE.

    MNE applies a short filter in many short segments, and the overhead of each takes most of the time. SciPy needs a
    tenth of the time, with differences at the level of rounding.
    """
    taps = mne.filter.create_filter(None, raw.info["sfreq"], l_freq, h_freq, method="fir", verbose="ERROR")
    is_parted = any(text.lower().startswith(SKIPPED) for text in raw.annotations.description)
    if raw.n_times <= len(taps) or is_parted:
        raw.filter(l_freq, h_freq, picks="all", method="fir", verbose="ERROR")
    else:
        raw.apply_function(_convolved, picks="all", taps=taps, verbose="ERROR")


def _convolved(signal: Float[np.ndarray, "n"], taps: Float[np.ndarray, "m"]) -> Float[np.ndarray, "n"]:
    """Filter without a delay; the signal is extended by odd reflection beyond its ends, as in MNE."""
    n = len(taps) - 1
    beyond = np.pad(signal, n, mode="reflect", reflect_type="odd")
    return np.asarray(scipy.signal.oaconvolve(beyond, taps, mode="same")[n:-n])
