"""The simulated signals of the Dreem Open Datasets reflect the stages."""

import numpy as np
import pytest
import scipy

from eegbench.dataset.simulation.dod_hypnogram import draw_scored_night
from eegbench.dataset.simulation.polysomnogram import EEG, OTHERS, SFREQ, draw_signals

EPOCH = 30 * SFREQ


@pytest.fixture(scope="module")
def night():
    return draw_scored_night("dod_o", 1, hours=2.0, seed=3)


@pytest.fixture(scope="module")
def signals(night):
    return draw_signals(night, "dod_o", np.random.default_rng(0))


def power(signal: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return the power of a band in each epoch."""
    f, density = scipy.signal.welch(signal.reshape(-1, EPOCH), SFREQ, nperseg=2 * SFREQ)
    return density[:, (f >= low) & (f < high)].sum(axis=1)


@pytest.mark.slow
def test_there_are_the_channels_of_the_set(night, signals):
    assert tuple(signals) == (*EEG["dod_o"], *OTHERS)
    assert {len(one) for one in signals.values()} == {len(night.truth) * EPOCH}
    assert all(np.isfinite(one).all() for one in signals.values())


@pytest.mark.slow
def test_deep_sleep_has_slow_waves_and_wake_has_muscle(night, signals):
    delta, tone = power(signals["F3_M2"], 0.5, 4), power(signals["EMG"], 20, 100)
    light, deep, wake = (night.shown == stage for stage in (2, 3, 0))
    assert np.median(delta[deep]) > 2 * np.median(delta[light])
    assert np.median(tone[wake]) > 2 * np.median(tone[light])


def test_alpha_is_stronger_at_the_back_than_slow_waves_are(signals):
    ratio = {name: np.median(power(signals[name], 8, 12) / power(signals[name], 0.5, 4)) for name in ("F3_M2", "O1_M2")}
    assert ratio["O1_M2"] > 2 * ratio["F3_M2"]


def test_the_eyes_move_both_signals_apart(signals):
    big = np.abs(signals["EOG1"] - signals["EOG2"]) > 150
    assert big.any()
    assert np.corrcoef(signals["EOG1"][big], signals["EOG2"][big])[0, 1] < -0.5


def test_the_heart_beats_once_a_second(signals):
    peaks, _ = scipy.signal.find_peaks(signals["ECG"], height=600, distance=SFREQ // 4)
    assert 55 < 60 * len(peaks) / (len(signals["ECG"]) / SFREQ) < 70
