"""An amplifier at its limit gives a run of equal samples at a channel's extreme."""

import mne
import numpy as np

from eegbench.preprocessing.quality import CLIPPED_RUN, MICROVOLTS, measure


def n_clipped(*channels: np.ndarray) -> list[float]:
    raw = mne.io.RawArray(
        np.stack(channels) / MICROVOLTS, mne.create_info(len(channels), 100.0, "eeg"), verbose="ERROR"
    )
    quality, _ = measure(raw)
    return quality[2].sum(axis=1).tolist()


def test_runs_at_an_extreme_are_counted_and_peaks_and_flat_channels_are_not() -> None:
    noise = np.random.default_rng(0).uniform(-50, 50, 300)
    low, both, peaks = noise.copy(), noise.copy(), noise.copy()
    low[-CLIPPED_RUN:] = -60.0  # up to the end
    both[:7], both[100:109], both[200:203] = 80.0, -80.0, -80.0  # the last run is too short
    peaks[::10] = 70.0
    assert n_clipped(noise, low, both, peaks, np.full(300, 3.0)) == [0, CLIPPED_RUN, 16, 0, 0]


def test_seconds_lie_where_they_are_at_a_rate_that_is_no_whole_number() -> None:
    sfreq = 62.5
    signal = np.random.default_rng(0).uniform(-50, 50, round(6000 * sfreq))
    signal[round(5400 * sfreq) : round(5430 * sfreq)] = 0.0
    raw = mne.io.RawArray(signal[None] / MICROVOLTS, mne.create_info(1, sfreq, "eeg"), verbose="ERROR")
    quality, _ = measure(raw)
    low, high, _ = quality[:, 0]
    assert len(low) == 6000
    assert np.flatnonzero(high - low == 0).tolist() == list(range(5400, 5430))
