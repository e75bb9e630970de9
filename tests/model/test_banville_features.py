"""The features of Banville et al. 2021 equal computations from their definitions, and are finite for flat signals."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import signal, special, stats

from eegbench.model.banville_features import BanvilleFeatures, approximate_entropy, hurst_exponent

EDGES = (0.5, 4.5, 8.5, 11.5, 15.5, 30.0)


def model(n_channels: int = 2, n_times: int = 3000, bands_hz: tuple[float, ...] = EDGES) -> BanvilleFeatures:
    return BanvilleFeatures(n_channels=n_channels, n_times=n_times, sfreq=100.0, bands_hz=bands_hz)


def windows(n_channels: int, n_times: int, seed: int = 0) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(3, n_channels, n_times))
    return (np.cumsum(noise, axis=-1) + 10 * noise + rng.normal(size=(3, n_channels, 1))).astype(np.float32)


def by_name(x: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    one = model(*x.shape[1:])
    features = one.features(torch.from_numpy(x)).numpy()
    return {name: features[..., place] for place, name in enumerate(one.names)}


def plain_entropy(x: NDArray[np.float64]) -> float:
    """Return Pincus's definition with the matrix of all distances."""

    def phi(m: int) -> float:
        patterns = np.lib.stride_tricks.sliding_window_view(x, m)
        distance = np.abs(patterns[:, None] - patterns[None]).max(-1)
        return float(np.log((distance <= 0.2 * x.std()).mean(1)).mean())

    return phi(2) - phi(3)


def plain_hurst(x: NDArray[np.float64]) -> float:
    """Return the slope of the rescaled range with loops."""
    lengths = sorted({int(length) for length in np.geomspace(16, len(x) // 2, 20)})
    y = []
    for n in lengths:
        found = []
        for first in range(0, len(x) - n + 1, n):
            part = x[first : first + n]
            path = np.cumsum(part - part.mean())
            found.append((path.max() - path.min()) / part.std())
        expected = (n - 0.5) / n * special.gamma((n - 1) / 2) / (np.sqrt(np.pi) * special.gamma(n / 2))
        expected *= sum(np.sqrt((n - i) / i) for i in range(1, n))
        y.append(np.log(np.mean(found)) - np.log(expected))
    return 0.5 + float(np.polyfit(np.log(lengths), y, 1)[0])


def fractional_noise(hurst: float, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return fractional Gaussian noise by the Cholesky factor of its covariance."""
    lag = np.arange(n)
    before, here, after = (np.abs(lag + shift) ** (2 * hurst) for shift in (-1.0, 0.0, 1.0))
    row = (before - 2 * here + after) / 2
    factor = np.linalg.cholesky(row[np.abs(lag[:, None] - lag)])
    return (factor @ rng.normal(size=(n, 8))).T


def test_there_are_37_features_a_channel_each_with_a_name() -> None:
    one = model()
    assert len(one.names) == len(set(one.names)) == 37
    assert one.embed_dim == 2 * 37
    assert model(bands_hz=(1.0, 4.0, 8.0)).embed_dim == 2 * 16
    assert one.embed(torch.from_numpy(windows(2, 3000))).shape == (3, 74)


def test_moments_and_amplitudes_equal_scipys() -> None:
    x = windows(3, 2000)
    found, exact = by_name(x), x.astype(float)
    np.testing.assert_allclose(found["mean"], exact.mean(-1), rtol=1e-4)
    np.testing.assert_allclose(found["variance"], exact.var(-1), rtol=1e-5)
    np.testing.assert_allclose(found["standard_deviation"], exact.std(-1), rtol=1e-5)
    np.testing.assert_allclose(found["skewness"], stats.skew(exact, axis=-1), atol=1e-4)
    np.testing.assert_allclose(found["kurtosis"], stats.kurtosis(exact, axis=-1), atol=1e-4)
    np.testing.assert_allclose(found["peak_to_peak"], np.ptp(exact, axis=-1), rtol=1e-5)


def test_powers_and_ratios_equal_scipys_welch() -> None:
    x = windows(2, 3000)
    found = by_name(x)
    freqs, density = signal.welch(x.astype(float), 100.0, nperseg=400, noverlap=200, detrend="constant")
    powers = [density[..., (freqs >= low) & (freqs < high)].sum(-1) / 4 for low, high in pairwise(EDGES)]
    names = [f"{low:g}-{high:g}" for low, high in pairwise(EDGES)]
    for name, power in zip(names, powers, strict=True):
        np.testing.assert_allclose(found[f"log_power_{name}"], np.log(power), atol=1e-4)
        for other, divisor in zip(names, powers, strict=True):
            if other != name:
                np.testing.assert_allclose(found[f"log_ratio_{name}_{other}"], np.log(power / divisor), atol=2e-4)
    np.testing.assert_allclose(found["log_power"], np.log(sum(powers)), atol=1e-4)


def test_hjorth_parameters_follow_their_definition() -> None:
    x = windows(1, 2000)
    found, exact = by_name(x), x.astype(float)
    mobility = np.sqrt(np.diff(exact).var(-1) / exact.var(-1))
    complexity = np.sqrt(np.diff(exact, n=2).var(-1) / np.diff(exact).var(-1)) / mobility
    np.testing.assert_allclose(found["log_activity"], np.log(exact.var(-1)), rtol=1e-4)
    np.testing.assert_allclose(found["mobility"], mobility, rtol=1e-4)
    np.testing.assert_allclose(found["complexity"], complexity, rtol=1e-4)


@pytest.mark.parametrize("n_times", [64, 127, 128, 300])
def test_approximate_entropy_equals_that_of_all_distances(n_times: int) -> None:
    x = windows(2, n_times).astype(float)
    expected = [[plain_entropy(channel) for channel in window] for window in x]
    np.testing.assert_allclose(approximate_entropy(torch.from_numpy(x)).numpy(), expected, rtol=1e-10)


def test_approximate_entropy_orders_signals_by_their_regularity() -> None:
    t = torch.arange(1000) / 100
    sine = torch.sin(2 * torch.pi * 2 * t)
    noise = torch.randn(1000, generator=torch.Generator().manual_seed(0))
    regular, mixed, irregular = approximate_entropy(torch.stack([sine, sine + 0.3 * noise, noise])).tolist()
    assert regular < mixed < irregular


def test_the_hurst_exponent_equals_that_of_loops() -> None:
    x = windows(2, 600).astype(float)
    expected = [[plain_hurst(channel) for channel in window] for window in x]
    np.testing.assert_allclose(hurst_exponent(torch.from_numpy(x)).numpy(), expected, rtol=1e-9)


@pytest.mark.parametrize("hurst", [0.3, 0.5, 0.8])
def test_the_hurst_exponent_of_fractional_noise_is_found(hurst: float) -> None:
    x = fractional_noise(hurst, 1500, np.random.default_rng(0))
    assert hurst_exponent(torch.from_numpy(x)).mean().item() == pytest.approx(
        hurst, abs=0.1
    )  # the range underestimates 0.8


@pytest.mark.parametrize("value", [0.0, -3.5, 1e4])
def test_flat_windows_give_finite_numbers(value: float) -> None:
    x = torch.full((2, 2, 200), value)
    x[1, 0, :100] += torch.randn(100)  # half of a channel is flat
    found = model(2, 200).embed(x)
    assert torch.isfinite(found).all()
    x.requires_grad_()
    model(2, 200).embed(x).sum().backward()
    assert torch.isfinite(x.grad).all()


def test_there_is_nothing_to_train_or_to_store() -> None:
    assert not list(model().parameters())
    assert not model().state_dict()


def test_windows_too_short_for_the_hurst_exponent_are_refused() -> None:
    with pytest.raises(ValueError, match=r"windows have 63 samples, and the Hurst exponent needs 64; set a longer"):
        model(n_times=63, bands_hz=(4.0, 30.0))
