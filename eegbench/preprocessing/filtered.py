"""Filter, re-reference and resample the continuous signal, as MNE does it, in that order."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

import mne
import numpy as np
import scipy  # loads its parts, for half a second, where they are first used
from jaxtyping import Float

from eegbench.dataset import BadRecordingError
from eegbench.preprocessing.base import SignalSteps

SKIPPED = ("edge", "bad_acq_skip")
"""Annotations that part a recording: MNE filters each part by itself."""


@dataclass(frozen=True, kw_only=True)
class Filtered(SignalSteps):
    """A zero-phase FIR filter (MNE's firwin design), a notch, a reference and a sampling rate.

    Parameters
    ----------
    channels
        Names to keep, in this order; None keeps all.
    l_freq, h_freq
        Pass band in Hz; None leaves that side open.
    notch_hz
        Frequencies to cut out, say mains at 50 Hz and its harmonics.
    reference
        ``as_recorded``, or ``average`` over the channels kept.
    sfreq
        Sampling rate in Hz to resample to (after the filter, with its own anti-alias filter); None keeps it.
    """

    channels: tuple[str, ...] | None
    l_freq: float | None
    h_freq: float | None
    notch_hz: tuple[float, ...]
    reference: Literal["as_recorded", "average"]
    sfreq: float | None

    def __post_init__(self) -> None:
        if self.l_freq is not None and self.h_freq is not None and self.l_freq >= self.h_freq:
            raise ValueError(f"preprocessing.signal: l_freq={self.l_freq:g} Hz is not below h_freq={self.h_freq:g} Hz.")
        if self.sfreq is not None and self.sfreq <= 0:
            raise ValueError(f"preprocessing.signal.sfreq={self.sfreq:g}: a rate in Hz above 0 is expected.")

    @property
    def settings(self) -> Mapping[str, object]:
        """All settings, as they enter the shard's name."""
        return asdict(self)

    def select(self, raw: "mne.io.BaseRaw") -> "mne.io.BaseRaw":
        """Keep the channels asked for, in their order; loads nothing.

        Raises
        ------
        BadRecordingError
            Where a channel is missing or a band edge lies above half the sampling rate.
        """
        self._check(raw)
        if self.channels is not None:
            raw.pick(list(self.channels))
            raw.reorder_channels(list(self.channels))
        return raw

    def apply(self, raw: "mne.io.BaseRaw") -> "mne.io.BaseRaw":
        """Filter, re-reference and resample a loaded recording, in place."""
        if self.l_freq is not None or self.h_freq is not None:
            _filter(raw, self.l_freq, self.h_freq)
        if self.notch_hz:
            raw.notch_filter(list(self.notch_hz), picks="all", verbose="ERROR")
        if self.reference == "average":
            raw.set_eeg_reference("average", verbose="ERROR")
        if self.sfreq is not None and self.sfreq != raw.info["sfreq"]:
            raw.resample(self.sfreq, verbose="ERROR")
        return raw

    def _check(self, raw: "mne.io.BaseRaw") -> None:
        missing = [name for name in self.channels or () if name not in raw.ch_names]
        if missing:
            raise BadRecordingError(
                f"channel {missing[0]} is missing; there are {', '.join(raw.ch_names)}. "
                "Set preprocessing.signal.channels to some of these."
            )
        nyquist = raw.info["sfreq"] / 2
        for name, edge in (
            ("l_freq", self.l_freq),
            ("h_freq", self.h_freq),
            ("notch_hz", max(self.notch_hz, default=None)),
        ):
            if edge is not None and edge >= nyquist:
                raise BadRecordingError(
                    f"preprocessing.signal.{name}={edge:g} Hz is not below half the sampling rate "
                    f"({nyquist:g} Hz); set a lower one, or null."
                )


def _filter(raw: "mne.io.BaseRaw", l_freq: float | None, h_freq: float | None) -> None:
    """Filter a recording as ``raw.filter`` does it, with MNE's own design of the filter.

    MNE applies a short filter in so short pieces that going from one to the next takes most of the time; SciPy's take a
    tenth of it, and differ by rounding.
    """
    taps = mne.filter.create_filter(None, raw.info["sfreq"], l_freq, h_freq, method="fir", verbose="ERROR")
    is_parted = any(text.lower().startswith(SKIPPED) for text in raw.annotations.description)
    if raw.n_times <= len(taps) or is_parted:
        raw.filter(l_freq, h_freq, picks="all", method="fir", verbose="ERROR")
    else:
        raw.apply_function(_convolved, picks="all", taps=taps, verbose="ERROR")


def _convolved(signal: Float[np.ndarray, "n"], taps: Float[np.ndarray, "m"]) -> Float[np.ndarray, "n"]:
    """Filter without a shift; beyond its ends the signal goes on turned about them, as MNE has it."""
    n = len(taps) - 1
    beyond = np.pad(signal, n, mode="reflect", reflect_type="odd")
    return np.asarray(scipy.signal.oaconvolve(beyond, taps, mode="same")[n:-n])
