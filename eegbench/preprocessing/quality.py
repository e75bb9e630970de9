"""Checks of the recorded signal, before any filter: plausible amplitudes, and samples at the amplifier's limit."""

from collections.abc import Mapping, Sequence

import mne
import numpy as np
from jaxtyping import Bool, Float, Int

from eegbench.dataset import BadRecordingError
from eegbench.dataset.content import named

MICROVOLTS = 1e6
"""µV per volt; only preprocessing converts units."""

PLAUSIBLE_UV = (0.05, 5000.0)
"""Range of the median of a channel's peak-to-peak amplitude within a second. Scalp EEG lies between about 1 and 500 µV;
outside this range the unit in the file's header is wrong."""

MOST_V = 10.0
"""Largest absolute value in volts: amplifiers with direct current reach about 1 V, so others have a wrong unit."""

CLIPPED_RUN = 5
"""Minimum number of equal consecutive samples at a channel's own extreme that count as clipping rather than a peak."""


def measure(raw: "mne.io.BaseRaw") -> tuple[Float[np.ndarray, "3 n_channels n_blocks"], dict[str, float]]:
    """Measure a recording in blocks of one second.

    Returns
    -------
    quality, movement_uv
        Lowest and highest value in µV and number of clipped samples, with a column per second, and the result of
        `movement`.

    Raises
    ------
    BadRecordingError
        If a sample is NaN, infinite or above 10 V.
    """
    edges = _seconds(raw)
    low, high, clipped = [], [], []
    for place in range(len(raw.ch_names)):  # one channel at a time: a whole night of many channels is a gigabyte
        signal = raw.get_data([place])
        lowest, highest = _extremes(raw.ch_names[place], signal[0], edges)
        low.append(lowest)
        high.append(highest)
        clipped.append(np.add.reduceat(_clipped(signal * MICROVOLTS)[0], edges, dtype=np.int64))
    quality = np.stack([np.array(low) * MICROVOLTS, np.array(high) * MICROVOLTS, clipped]).astype(np.float32)
    return quality, _movement(raw.ch_names, np.array(low), np.array(high))


def movement(raw: "mne.io.BaseRaw") -> dict[str, float]:
    """Return the median peak-to-peak amplitude of each channel within a second in µV, without constant seconds.

    A channel that is constant within every second, e.g. at one sample per second, has 0.

    Raises
    ------
    BadRecordingError
        If a sample is NaN, infinite or above 10 V.
    """
    edges = _seconds(raw)
    rows = [_extremes(name, raw.get_data([place])[0], edges) for place, name in enumerate(raw.ch_names)]
    return _movement(raw.ch_names, *(np.array(one) for one in zip(*rows, strict=True)))


def _extremes(
    channel: str, signal: Float[np.ndarray, "n_samples"], edges: Int[np.ndarray, "n_blocks"]
) -> tuple[Float[np.ndarray, "n_blocks"], Float[np.ndarray, "n_blocks"]]:
    """Return the lowest and highest value of each second, after a check that all values are finite and possible."""
    low, high = np.minimum.reduceat(signal, edges), np.maximum.reduceat(signal, edges)
    wrong = ~(np.isfinite(low) & np.isfinite(high))
    if wrong.any():
        raise BadRecordingError(
            f"channel {channel} has NaN or infinite samples in {int(wrong.sum())} of its "
            f"seconds, first in the one from {int(wrong.argmax())} s on; fill them and annotate the time with BAD_, "
            "leave the channel out, or set dataset.on_bad_recording=skip."
        )
    if (most := max(-low.min(), high.max())) > MOST_V:
        raise BadRecordingError(
            f"channel {channel} has samples of {most:.3g} V, and at most {MOST_V:g} V are possible: the unit in "
            "the file's header is wrong, or the physical limits or the resolution are. Correct the header, leave the "
            "channel out, or set dataset.on_bad_recording=skip."
        )
    return low, high


def _movement(
    channels: Sequence[str],
    low: Float[np.ndarray, "n_channels n_blocks"],
    high: Float[np.ndarray, "n_channels n_blocks"],
) -> dict[str, float]:
    """Return the movement of each channel in µV, from the lowest and highest value of each second in volts."""
    rows = [row[row > 0] for row in (high - low) * MICROVOLTS]
    return {name: float(np.median(row)) if len(row) else 0.0 for name, row in zip(channels, rows, strict=True)}


def _seconds(raw: "mne.io.BaseRaw") -> Int[np.ndarray, "n_blocks"]:
    """Return the first sample of each second."""
    edges = np.rint(np.arange(0, raw.n_times / raw.info["sfreq"]) * raw.info["sfreq"]).astype(np.int64)
    return np.asarray(edges[edges < raw.n_times])


def _clipped(signal: Float[np.ndarray, "n_channels n_samples"]) -> Bool[np.ndarray, "n_channels n_samples"]:
    """Mark samples in runs at a channel's own highest or lowest value; a constant channel is flat, not clipped."""
    marked = np.zeros(signal.shape, dtype=bool)
    for channel, mark in zip(signal, marked, strict=True):
        low, high = channel.min(), channel.max()
        for extreme in (low, high) if high > low else ():
            at = np.flatnonzero(channel == extreme)
            runs = np.split(at, np.flatnonzero(np.diff(at) > 1) + 1)
            for run in runs:
                mark[run] |= len(run) >= CLIPPED_RUN
    return marked


def check_plausible(movement_uv: Mapping[str, float]) -> None:
    """Raise an error for a channel with implausible amplitude, i.e. a wrong unit; constant channels are allowed.

    Parameters
    ----------
    movement_uv
        Peak-to-peak amplitude of each channel, as `movement` returns it.
    """
    low, high = PLAUSIBLE_UV
    wrong = [f"{name!r} by {uv:.3g} µV" for name, uv in movement_uv.items() if uv and not low <= uv <= high]
    if wrong:
        raise BadRecordingError(
            f"within a second EEG varies by {low:g} to {high:g} µV, but channel {named(wrong)}: "
            "the unit in the file's header is wrong, or no electrode was connected. Correct the header (uV, mV or V), "
            "choose other channels, or skip the file (dataset.on_bad_recording=skip)."
        )
