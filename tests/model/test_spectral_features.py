"""Hand-made features equal SciPy's, and are finite for flat signals."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import signal, stats

from eegbench.model.spectral_features import SpectralFeatures

EDGES = (0.5, 4.5, 8.5, 11.5, 15.5, 30.0)


def windows(n_channels: int, n_times: int, seed: int = 0) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(3, n_channels, n_times)) * 20 + rng.normal(size=(3, n_channels, 1)) * 5
    return np.cumsum(noise, axis=-1).astype(np.float32) * 0.1 + noise.astype(np.float32)


def by_name(model: SpectralFeatures, x: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    features = model.features(torch.from_numpy(x)).numpy()
    return {name: features[..., i] for i, name in enumerate(model.names)}


@pytest.mark.parametrize(("n_times", "sfreq"), [(3000, 100.0), (200, 100.0), (1000, 500.0), (3001, 128.0)])
def test_band_powers_equal_scipys_welch(n_times: int, sfreq: float) -> None:
    x = windows(2, n_times)
    found = by_name(SpectralFeatures(n_channels=2, n_times=n_times, sfreq=sfreq, bands_hz=EDGES), x)
    length = min(n_times, round(4 * sfreq))
    freqs, density = signal.welch(x.astype(float), sfreq, nperseg=length, noverlap=length // 2, detrend="constant")
    for low, high in pairwise(EDGES):
        power = density[..., (freqs >= low - 1e-9) & (freqs < high - 1e-9)].sum(-1) * freqs[1]
        np.testing.assert_allclose(found[f"log_power_{low:g}-{high:g}"], np.log(power), atol=1e-4)


def test_moments_and_amplitudes_equal_scipys() -> None:
    x = windows(3, 3000)
    found = by_name(SpectralFeatures(n_channels=3, n_times=3000, sfreq=100.0, bands_hz=EDGES), x)
    exact = x.astype(float)
    np.testing.assert_allclose(found["mean"], exact.mean(-1), rtol=1e-4)
    np.testing.assert_allclose(found["skewness"], stats.skew(exact, axis=-1), atol=1e-4)
    np.testing.assert_allclose(found["kurtosis"], stats.kurtosis(exact, axis=-1), atol=1e-4)
    np.testing.assert_allclose(found["log_peak_to_peak"], np.log(np.ptp(exact, axis=-1)), rtol=1e-5)


def test_hjorth_parameters_follow_their_definition() -> None:
    x = windows(1, 2000)
    found = by_name(SpectralFeatures(n_channels=1, n_times=2000, sfreq=100.0, bands_hz=EDGES), x)
    exact = x.astype(float)
    mobility = np.sqrt(np.diff(exact).var(-1) / exact.var(-1))
    complexity = np.sqrt(np.diff(exact, n=2).var(-1) / np.diff(exact).var(-1)) / mobility
    np.testing.assert_allclose(found["log_activity"], np.log(exact.var(-1)), rtol=1e-5)
    np.testing.assert_allclose(found["mobility"], mobility, rtol=1e-4)
    np.testing.assert_allclose(found["complexity"], complexity, rtol=1e-4)


def test_a_sine_has_its_power_in_its_band_and_complexity_one() -> None:
    t = np.arange(3000) / 100
    x = (40 * np.sin(2 * np.pi * 10 * t)).astype(np.float32)[None, None]
    found = by_name(SpectralFeatures(n_channels=1, n_times=3000, sfreq=100.0, bands_hz=EDGES), x)
    assert found["log_power_8.5-11.5"].item() == pytest.approx(np.log(40**2 / 2), abs=1e-3)
    assert found["log_ratio_4.5-8.5_8.5-11.5"].item() < -10
    assert found["complexity"].item() == pytest.approx(1, abs=1e-3)


def test_ratios_are_differences_of_log_powers_and_names_count_the_features() -> None:
    model = SpectralFeatures(n_channels=2, n_times=3000, sfreq=100.0, bands_hz=EDGES)
    found = by_name(model, windows(2, 3000))
    expected = found["log_power_0.5-4.5"] - found["log_power_15.5-30"]
    np.testing.assert_allclose(found["log_ratio_0.5-4.5_15.5-30"], expected, atol=1e-5)
    assert len(model.names) == 5 + 10 + 4 + 3
    assert model.embed_dim == 2 * 22


@pytest.mark.parametrize("value", [0.0, -3.5, 1e4])
def test_flat_windows_give_finite_numbers(value: float) -> None:
    model = SpectralFeatures(n_channels=2, n_times=200, sfreq=100.0, bands_hz=EDGES)
    assert torch.isfinite(model.embed(torch.full((1, 2, 200), value))).all()


def test_short_windows_of_many_channels_work() -> None:
    model = SpectralFeatures(n_channels=19, n_times=1000, sfreq=500.0, bands_hz=EDGES)
    assert model.embed(torch.from_numpy(windows(19, 1000))).shape == (3, 19 * 22)


def test_mixed_precision_does_not_touch_the_powers() -> None:
    model = SpectralFeatures(n_channels=2, n_times=3000, sfreq=100.0, bands_hz=EDGES)
    x = torch.from_numpy(windows(2, 3000))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = model.embed(x)
    assert torch.equal(mixed, model.embed(x))


def test_there_is_nothing_to_train_or_to_store() -> None:
    model = SpectralFeatures(n_channels=2, n_times=3000, sfreq=100.0, bands_hz=EDGES)
    assert not list(model.parameters())
    assert not model.state_dict()


@pytest.mark.parametrize(
    ("edges", "sentence"),
    [
        ((0.5, 60.0), "above 50 Hz, half of the sampling rate"),
        ((4.0, 1.0), "ascending"),
        ((4.0,), "at least two"),
        ((0.0, 4.0), "above 0 Hz"),
        ((10.1, 10.2), r"no frequency .* 10\.1-10\.2 Hz"),
    ],
)
def test_bands_that_cannot_be_measured_are_refused(edges: tuple[float, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        SpectralFeatures(n_channels=2, n_times=3000, sfreq=100.0, bands_hz=edges)
