"""A night of either version is plausible in µV, reproducible, and unchanged within its version."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from eegbench.dataset.simulation import SIMULATOR_VERSIONS, Night, Version, draw_subject, simulate_night

pytestmark = pytest.mark.slow

VERSIONS = pytest.mark.parametrize("version", SIMULATOR_VERSIONS)


@cache
def young_night(version: Version) -> Night:
    return simulate_night(replace(draw_subject(0, seed=7), age=30), session=1, hours=5.0, seed=7, version=version)


def band_power(night: Night, channel: int, low: float, high: float) -> np.ndarray:
    """Return each epoch's power in a band, in µV²."""
    spectra = np.abs(np.fft.rfft(night.signals[channel].reshape(-1, 3000))) ** 2 * 2 / 3000**2
    f = np.fft.rfftfreq(3000, 0.01)
    return spectra[:, (f >= low) & (f < high)].sum(axis=1)


def by_stage(values: np.ndarray, night: Night) -> list[float]:
    return [float(np.median(values[night.hypnogram.truth == stage])) for stage in range(5)]


@VERSIONS
def test_a_night_has_an_epoch_of_everything_every_30_s(version: Version):
    night = young_night(version)
    assert night.signals.shape == (3, 5 * 3600 * 100)
    assert night.emg.shape == (5 * 3600,)
    assert len(night.descriptions) == len(night.hypnogram.labels) == len(night.hypnogram.truth) == 600


@VERSIONS
def test_amplitudes_are_those_of_sleep(version: Version):
    night = young_night(version)
    frontal = np.median(night.signals[0].reshape(-1, 3000).std(axis=1))
    assert 5 < frontal < 40
    assert np.abs(night.signals[:2]).max() < 1500
    assert 0 <= night.emg.min() < night.emg.max() <= 5


@VERSIONS
def test_each_stage_has_the_spectrum_that_defines_it(version: Version):
    night = young_night(version)
    delta = by_stage(band_power(night, 0, 0.5, 4), night)
    sigma = by_stage(band_power(night, 0, 12, 15), night)
    alpha = by_stage(band_power(night, 1, 8, 12), night)
    assert max(delta) == delta[3]
    assert max(sigma) == sigma[2]
    assert max(alpha) == alpha[0]


@VERSIONS
def test_the_chin_relaxes_in_rem_sleep(version: Version):
    night = young_night(version)
    tone = by_stage(night.emg.reshape(-1, 30).mean(axis=1), night)
    assert min(tone) == tone[4]
    assert max(tone) == tone[0]


@VERSIONS
def test_age_and_sex_show_in_the_delta_band(version: Version):
    def delta(age: int, sex: str) -> float:
        sleeper = replace(draw_subject(0, seed=7), age=age, sex=sex, depth=0.0)
        night = simulate_night(sleeper, session=1, hours=2.0, seed=7, version=version)
        return by_stage(band_power(night, 0, 0.5, 4), night)[3]

    assert delta(85, "F") < 0.8 * delta(25, "F")
    assert delta(25, "M") < delta(25, "F")


@VERSIONS
def test_the_same_arguments_give_the_same_night_and_others_another(version: Version):
    sleeper = draw_subject(1, seed=3)
    nights = [simulate_night(sleeper, session=n, hours=1.0, seed=3, version=version) for n in (1, 1, 2)]
    first, again, second = nights
    np.testing.assert_array_equal(first.signals, again.signals)
    assert first.descriptions == again.descriptions
    assert not np.array_equal(first.signals, second.signals)


@pytest.mark.parametrize("hours", [0.5, 25.0])
def test_impossible_lengths_are_refused(hours: float):
    with pytest.raises(ValueError, match="1 to 24 hours"):
        simulate_night(draw_subject(0, seed=0), session=1, hours=hours, seed=0)


def test_both_versions_have_the_same_labels_truth_and_events():
    old, new = young_night(1), young_night(2)
    np.testing.assert_array_equal(old.hypnogram.labels, new.hypnogram.labels)
    np.testing.assert_array_equal(old.hypnogram.truth, new.hypnogram.truth)
    pd.testing.assert_frame_equal(old.events, new.events)
    assert not np.array_equal(old.signals, new.signals)


def test_version_1_0_is_frozen():
    """Fail if numbers of published runs have changed: then raise the version and measure again.

    Rounded statistics are compared, not bytes: the last bits of a sine differ between machines.
    """
    assert SIMULATOR_VERSIONS[1] == "1.0"
    night = simulate_night(draw_subject(3, seed=7), session=1, hours=2.0, seed=7, version=1)
    assert (night.subject.age, night.subject.sex, night.hypnogram.night) == (52, "F", (15, 226))
    assert np.bincount(night.hypnogram.labels).tolist() == [38, 18, 134, 34, 16]
    assert np.bincount(night.hypnogram.truth).tolist() == [38, 14, 137, 28, 23]
    assert night.events["kind"].value_counts()[["spindle", "k_complex", "rapid_eye_movement"]].tolist() == [
        315,
        132,
        170,
    ]
    np.testing.assert_allclose(np.abs(night.signals[:, :300_000]).mean(axis=1), [10.262, 9.202, 6.810], atol=2e-3)
    np.testing.assert_allclose(night.signals[0, [1000, 400_000]], [3.426, 19.544], atol=5e-3)
    assert night.emg.mean() == pytest.approx(1.5705, abs=1e-3)


def test_version_2_0_is_frozen():
    assert SIMULATOR_VERSIONS[2] == "2.0"
    night = simulate_night(draw_subject(3, seed=7), session=1, hours=2.0, seed=7, version=2)
    assert night.events["kind"].value_counts()["spindle"] == 315
    np.testing.assert_allclose(np.abs(night.signals[:, :300_000]).mean(axis=1), [17.487, 14.163, 8.427], atol=2e-3)
    np.testing.assert_allclose(night.signals[0, [1000, 400_000]], [-10.449, -24.474], atol=5e-3)
    assert night.emg.mean() == pytest.approx(1.6515, abs=1e-3)
