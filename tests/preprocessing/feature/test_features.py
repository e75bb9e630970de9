"""Hand-made features have the values and the order of their publication."""

import numpy as np
import pytest
from options import CONF, node_of
from scipy.signal import stft

from eegbench.config import build
from eegbench.preprocessing.feature import Feature
from eegbench.preprocessing.feature.cycle_index_window import CycleIndexWindow
from eegbench.preprocessing.feature.fft import Fft
from eegbench.preprocessing.feature.index_window import IndexWindow
from eegbench.preprocessing.feature.shannon_entropy import ShannonEntropy
from eegbench.preprocessing.feature.signal_statistics import SignalStatistics
from eegbench.preprocessing.feature.spectral_power import SpectralPower
from eegbench.types import Group

STATISTICS = ("mean", "max", "median", "min", "std")
TEN_BANDS = tuple((0.5 * i, 0.5 * i + 2.0) for i in range(10))


def group(n_channels: int = 1, sfreq: float = 250.0) -> Group:
    names = tuple("ABCD"[:n_channels])
    return Group(names, sfreq, round(30 * sfreq), np.full((n_channels, 3), np.nan))


def spectral(**changes) -> SpectralPower:
    options = {"group": "eeg", "bands_hz": TEN_BANDS, "part_s": 5.0, "overlap_s": 3.5, "statistics": STATISTICS}
    return SpectralPower(**(options | changes))


@pytest.mark.parametrize(
    ("feature", "dim"),
    [
        (IndexWindow(increment_s=30.0, divisor=1200.0), 1),
        (CycleIndexWindow(increment_s=30.0, cycles=(10.0, 30.0, 60.0, 90.0, 120.0)), 5),
        (Fft(group="eeg"), 3751),
        (SignalStatistics(group="eeg", statistics=STATISTICS, part_s=30.0), 5),
        (SignalStatistics(group="eeg", statistics=STATISTICS, part_s=5.0), 30),
        (ShannonEntropy(group="eeg"), 1),
        (spectral(), 260),
        (spectral(part_s=30.0, overlap_s=0.0, bands_hz=TEN_BANDS[:4]), 28),
    ],
)
def test_a_feature_has_the_published_dimension_at_250_hz(feature: Feature, dim: int):
    x = np.random.default_rng(0).standard_normal((3, 1, 7500))
    assert feature.dim(group()) == dim
    assert feature.compute(np.array([0.0, 30.0, 60.0]), x, group()).shape == (3, dim)


def test_the_features_of_the_preset_are_as_many_as_the_published_ones_of_one_channel():
    nodes = node_of(CONF / "preprocessing" / "dreem_features.yaml")["features"]
    built = {name: build(node, Feature, path=name, trusted=()) for name, node in nodes.items()}
    dims = {name: feature.dim(group()) for name, feature in built.items()}
    assert dims == {"bands": 260, "bands_of_epoch": 28, "statistics": 30, "statistics_of_epoch": 5}
    assert sum(dims.values()) == 323


def test_indices_count_sleep_epochs_from_the_first_sample():
    start_s = np.array([0.0, 29.99, 30.0, 3000.0, 3000.0 - 1e-9])
    index = IndexWindow(increment_s=30.0, divisor=1200.0).compute(start_s, np.zeros((5, 0, 0)), None)
    np.testing.assert_allclose(index[:, 0] * 1200, [0, 0, 1, 100, 100])
    cycles = CycleIndexWindow(increment_s=30.0, cycles=(10.0, 60.0)).compute(start_s, np.zeros((5, 0, 0)), None)
    np.testing.assert_allclose(cycles[3], [np.cos(10 * np.pi), np.cos(100 * np.pi / 60)])


def test_statistics_are_of_absolute_values_by_part_statistic_and_channel():
    x = np.zeros((1, 2, 7500))
    x[0, 0, :1250], x[0, 1, :1250] = -2.0, np.tile([1.0, -3.0], 625)
    found = SignalStatistics(group="eeg", statistics=("mean", "max", "std"), part_s=5.0).compute(
        np.zeros(1), x, group(2)
    )
    np.testing.assert_allclose(found[0, :6], [2, 2, 2, 3, 0, 1])
    assert found.shape == (1, 6 * 3 * 2)
    assert not found[0, 6:].any()


def test_entropy_is_that_of_the_amplitude_over_time_and_0_of_a_flat_channel():
    x = np.zeros((1, 3, 7500))
    x[0, 0, :50], x[0, 1] = -1.0, 4.0
    np.testing.assert_allclose(
        ShannonEntropy(group="eeg").compute(np.zeros(1), x, group(3))[0], [np.log(50), np.log(7500), 0]
    )


def test_the_spectrum_is_one_channel_after_the_other():
    x = np.stack([np.ones(7500), np.cos(2 * np.pi * 10 * np.arange(7500) / 250)])[None]
    found = Fft(group="eeg").compute(np.zeros(1), x, group(2))[0].reshape(2, 3751)
    assert found[0, 0] == pytest.approx(7500)
    assert found[1, 300] == pytest.approx(3750)


def test_bands_are_sums_of_magnitudes_by_channel_and_band_with_statistics_after_the_parts():
    x = np.random.default_rng(1).standard_normal((2, 2, 7500))
    found = spectral(bands_hz=((4.0, 8.0), (8.0, 12.0)), statistics=("mean", "std")).compute(np.zeros(2), x, group(2))
    f_hz, _, transformed = stft(x[1, 1], 250.0, window="hamming", nperseg=1250, noverlap=875)
    parts = np.abs(transformed)[(f_hz >= 8) & (f_hz <= 12)].sum(axis=0)
    np.testing.assert_allclose(found.reshape(2, 2, 2, 23)[1, 1, 1], [*parts, parts.mean(), parts.std()])


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        (spectral(bands_hz=((1.01, 1.02),)), "the band from 1.01 to 1.02 Hz contains no frequency of parts of 5 s"),
        (spectral(part_s=31.0), "part_s=31 is longer than a window"),
        (SignalStatistics(group="eeg", statistics=("mean",), part_s=31.0), "part_s=31 is longer than a window"),
    ],
)
def test_what_cannot_be_made_of_the_windows_is_refused(feature: Feature, message: str):
    with pytest.raises(ValueError, match=message):
        feature.dim(group())


def test_a_group_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="Fft needs the group 'emg', which does not exist"):
        Fft(group="emg").dim(None)


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (SpectralPower, {**vars(spectral()), "overlap_s": 5.0}, "an overlap shorter than a part"),
        (SpectralPower, {**vars(spectral()), "bands_hz": ((8.0, 4.0),)}, r"\[\[low, high\], …\] in Hz"),
    ],
)
def test_settings_that_make_no_sense_are_refused(kind: type, options: dict, message: str):
    with pytest.raises(ValueError, match=message):
        kind(**options)
