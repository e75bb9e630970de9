"""Is this EEG, and where was the amplifier at its limit? Measured on the signal as recorded, before any filter."""

import mne
import numpy as np
from jaxtyping import Bool, Float

from eegbench.dataset import BadRecordingError

MICROVOLTS = 1e6
"""µV in a volt; only preprocessing converts."""

PLAUSIBLE_UV = (0.05, 5000.0)
"""Median of a channel's peak-to-peak within a second. Scalp EEG lies between about 1 and 500 µV; outside these
bounds the unit in the file's header is wrong."""

CLIPPED_RUN = 5
"""So many equal samples in a row at a channel's own extreme are an amplifier at its limit, not a peak."""


def measure(raw: "mne.io.BaseRaw") -> Float[np.ndarray, "3 n_channels n_blocks"]:
    """Return lowest and highest value in µV and the number of clipped samples, a column a second."""
    signal = raw.get_data() * MICROVOLTS
    edges = np.rint(np.arange(0, signal.shape[1] / raw.info["sfreq"]) * raw.info["sfreq"]).astype(np.int64)
    edges = edges[edges < signal.shape[1]]
    low = np.minimum.reduceat(signal, edges, axis=1)
    high = np.maximum.reduceat(signal, edges, axis=1)
    clipped = np.add.reduceat(_clipped(signal), edges, axis=1, dtype=np.int64)
    return np.stack([low, high, clipped]).astype(np.float32)


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


def check_plausible(quality: Float[np.ndarray, "3 n_channels n_blocks"]) -> None:
    """Refuse a signal that moves as no EEG does: its unit is wrong."""
    peak_to_peak = quality[1] - quality[0]
    typical = float(np.median(peak_to_peak[peak_to_peak > 0])) if (peak_to_peak > 0).any() else 1.0
    low, high = PLAUSIBLE_UV
    if not low <= typical <= high:
        raise BadRecordingError(
            f"within a second the signal moves by {typical:.3g} µV, where EEG moves by {low:g} to {high:g} µV: "
            "the unit in the file's header is wrong. Correct the header (uV, mV or V), or skip the file."
        )
