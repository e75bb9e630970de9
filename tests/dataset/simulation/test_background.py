"""Noise and events together have the drawn levels."""

import numpy as np
import pandas as pd
import pytest

from eegbench.dataset.simulation.background import MIN_BACKGROUND, draw_noise, draw_waves, fit_spectra
from eegbench.dataset.simulation.measured_spectra import REAL_SPECTRA
from eegbench.dataset.simulation.signal import stage_weights
from eegbench.dataset.simulation.spectra import epoch_features, levels_of
from eegbench.dataset.simulation.subject import draw_subject

SUBJECT = draw_subject(0, seed=0)
N_EPOCHS = 60


def noise_of(stage: int, waves: np.ndarray) -> np.ndarray:
    """Return noise of one stage at its mean levels."""
    levels = np.tile(REAL_SPECTRA.means[stage], (6 * N_EPOCHS + 1, 1))
    weights = stage_weights(np.full(N_EPOCHS, stage))
    return draw_noise(levels, weights, waves, SUBJECT, np.random.default_rng(0))


def no_waves() -> np.ndarray:
    return np.zeros((2, N_EPOCHS * 3000), dtype=np.float32)


@pytest.mark.parametrize("stage", range(5))
def test_noise_has_the_levels_of_its_stage_on_both_derivations(stage: int):
    found = np.exp(levels_of(epoch_features(noise_of(stage, no_waves())))).mean(axis=0)
    tolerance = np.tile([0.25, 0.1, 0.06, 0.06, 0.06, 0.06], 2)  # slow waves are few in half an hour
    assert (np.abs(np.log(found) - REAL_SPECTRA.means[stage]) < tolerance).all()


def test_waves_and_noise_together_have_the_levels():
    t = np.arange(N_EPOCHS * 3000) / 100
    waves = np.stack([3 * np.sin(2 * np.pi * 10 * t), np.zeros_like(t)]).astype(np.float32)
    alone = np.exp(levels_of(epoch_features(waves)).mean(axis=0))
    wanted = np.exp(REAL_SPECTRA.means[2])
    assert 0.5 < alone[3] / wanted[3] < 0.8  # most of the alpha is in the wave
    found = np.exp(levels_of(epoch_features(waves + noise_of(2, waves)))).mean(axis=0)
    assert np.log(found[3] / wanted[3]) == pytest.approx(0, abs=0.06)


def test_noise_does_not_vanish_beside_large_waves():
    t = np.arange(N_EPOCHS * 3000) / 100
    waves = np.stack([90 * np.sin(2 * np.pi * 10 * t), np.zeros_like(t)]).astype(np.float32)
    found = np.exp(levels_of(epoch_features(noise_of(2, waves)))).mean(axis=0)
    assert found[3] / np.exp(REAL_SPECTRA.means[2, 3]) == pytest.approx(MIN_BACKGROUND, rel=0.2)


def test_slow_noise_of_the_two_derivations_is_correlated():
    spectra = np.fft.rfft(noise_of(3, no_waves()).reshape(2, -1, 3000))
    f = np.fft.rfftfreq(3000, 0.01)

    def correlation(low: float, high: float) -> float:
        a, b = spectra[:, :, (f >= low) & (f < high)]
        return float((a * b.conj()).real.sum() / np.sqrt((np.abs(a) ** 2).sum() * (np.abs(b) ** 2).sum()))

    assert correlation(0.5, 3.5) == pytest.approx(0.33, abs=0.05)
    assert correlation(5, 40) == pytest.approx(-0.1, abs=0.05)


def test_fitted_spectra_have_the_wanted_levels_whatever_the_shape():
    wanted = np.exp(REAL_SPECTRA.means.reshape(10, 6)).astype(np.float32)
    shape = np.tile(np.sin(np.linspace(0, 20, 501)) / 2, (10, 1)).astype(np.float32)
    f = np.linspace(0, 50, 501)
    found = fit_spectra(shape, wanted)
    for column, low, high in ((2, 4, 8), (3, 8, 13), (4, 13, 30), (5, 30, 50)):
        mean = found[:, (f >= low) & (f < high)].mean(axis=1)
        np.testing.assert_allclose(np.log(mean / wanted[:, column]), 0, atol=0.15)


def test_waves_are_larger_for_sleepers_with_higher_levels():
    event = pd.DataFrame({"kind": ["k_complex"], "onset_s": [5.0], "duration_s": [1.2], "peak_uv": [75.0]})

    def peak(person: np.ndarray) -> float:
        return float(np.abs(draw_waves(event, 3000, SUBJECT, person, np.random.default_rng(0))[0]).max())

    assert peak(np.full(12, 1.0)) / peak(np.zeros(12)) == pytest.approx(np.exp(0.5), rel=1e-4)
