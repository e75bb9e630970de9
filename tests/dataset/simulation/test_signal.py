"""The background depends on the stages."""

import numpy as np

from eegbench.dataset.simulation.signal import coloured, stage_weights, to_samples, wander


def test_stages_pass_into_each_other():
    weights = stage_weights(np.array([2, 2, 3, 3]))
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert weights[0, 2] == 1
    assert 0.4 < weights[60, 3] < 0.6  # at the change
    assert weights[90, 3] > 0.999


def test_coloured_noise_has_unit_variance_and_its_band_only():
    noise = coloured(100_000, lambda f: np.exp(-(((f - 13) / 0.9) ** 2) / 2), np.random.default_rng(0))
    power = np.abs(np.fft.rfft(noise)) ** 2
    f = np.fft.rfftfreq(len(noise), 0.01)
    assert abs(noise.std() - 1) < 0.05
    assert power[(f > 10) & (f < 16)].sum() > 0.99 * power.sum()


def test_a_wandering_level_keeps_its_spread_from_the_first_second_on():
    walks = wander((500, 400), 0.2, 60.0, np.random.default_rng(0))
    np.testing.assert_allclose(walks.std(axis=1), 0.2, rtol=0.2)
    assert np.abs(np.diff(walks, axis=0)).mean() < 0.05


def test_seconds_become_samples_in_straight_lines():
    samples = to_samples(np.array([0.0, 1.0, 1.0]))
    assert samples.shape == (300,)
    np.testing.assert_allclose(samples[:100], np.arange(100) / 100, rtol=1e-6)
    np.testing.assert_allclose(samples[100:], 1)
