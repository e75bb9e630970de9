"""Features equal those of common libraries, and the stored spectra are those of the real nights."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from eegbench.dataset.simulation.hypnogram import draw_truth
from eegbench.dataset.simulation.measured_spectra import REAL_SPECTRA
from eegbench.dataset.simulation.signal import stage_weights
from eegbench.dataset.simulation.spectra import (
    FEATURES,
    LEVELS,
    FeatureNight,
    describe_spectra,
    epoch_features,
    levels_of,
    main,
    read_features,
    stages_given_label,
)

SLOW = 4.0
"""Factor on the power below 0.5 Hz of artificial nights, because it is measured as a difference."""


def test_white_noise_has_one_density_everywhere():
    noise = np.random.default_rng(0).normal(0, 5, (2, 60 * 100 * 30))
    found = epoch_features(noise)
    assert found.shape == (60, len(FEATURES))
    density = np.log(25 / 50)  # µV²/Hz, one-sided
    np.testing.assert_allclose(np.median(found[:, [0, 1, 2, 3, 4]], axis=0), density, atol=0.1)
    np.testing.assert_allclose(found[:, 5].mean(), np.log(25), atol=0.02)
    np.testing.assert_allclose(found[:, 6].mean(), np.sqrt(2), atol=0.02)


def test_a_sine_is_in_its_band_and_its_mobility_is_its_frequency():
    t = np.arange(3000) / 100
    found = epoch_features(np.stack([10 * np.sin(2 * np.pi * 10 * t), 10 * np.sin(2 * np.pi * 20 * t)]))[0]
    assert found[:5].argmax() == FEATURES.index("Fpz-Cz alpha")
    assert found[7:12].argmax() == 3
    assert found[5] == pytest.approx(np.log(50), abs=1e-3)
    assert found[6] == pytest.approx(2 * np.sin(np.pi * 10 / 100), abs=1e-3)


def test_the_slowest_level_is_what_the_bands_leave_of_the_variance():
    bands = [2.0, 1.0, 0.0, -1.0, -2.0]
    covered = np.exp(bands) @ [3.5, 4, 5, 17, 20]
    channel = [*bands, np.log(covered + 0.5 * 30.0), 0.3]
    found = levels_of(np.array([channel + channel]))[0]
    np.testing.assert_allclose(found[: len(LEVELS)], [np.log(30.0), *bands])
    np.testing.assert_allclose(found[len(LEVELS) :], found[: len(LEVELS)])


def test_a_flat_epoch_has_finite_features():
    assert np.isfinite(levels_of(epoch_features(np.zeros((2, 3000))))).all()


def test_wake_around_the_night_is_certain_and_other_labels_are_not():
    shares = stages_given_label([np.array([0] * 200 + [2] * 100 + [1] + [2] * 100 + [3] * 50 + [4] * 50 + [0] * 200)])
    np.testing.assert_allclose(shares[[0, 1, 2]].sum(axis=1), 1)
    assert shares[0, 0] > 0.99
    assert 0.3 < shares[1, 1] < 0.7
    assert shares[2, 2] > 0.9


def test_means_and_spreads_come_back_through_the_mixture_of_labels():
    """Labels of an artificial set are drawn from its true stages as the simulator assumes."""
    rng = np.random.default_rng(0)
    found = [_made_up(rng) for _ in range(6)]
    measured = describe_spectra(found)
    stages = np.array([2, 3])
    slow = np.tile([SLOW, 0, 0, 0, 0, 0], 2)
    np.testing.assert_allclose(measured.means[stages] - slow, [[2.0] * 12, [4.0] * 12], atol=0.15)
    np.testing.assert_allclose(measured.spreads[stages], 0.5, atol=0.2)


def _made_up(rng: np.random.Generator) -> FeatureNight:
    labels = np.repeat([0, 1, 2, 3, 2, 4, 1, 0], 60)
    weights = stage_weights(draw_truth(labels, rng)).reshape(len(labels), 30, 5).mean(axis=1)
    levels = weights @ np.array([1.0, 1.5, 2.0, 4.0, 1.0])[:, None] + rng.normal(0, 0.5, (len(labels), 12))
    levels[:, [0, 6]] += SLOW
    columns = []
    for part in np.split(levels, 2, axis=1):
        variance = np.exp(part) @ [0.5, 3.5, 4, 5, 17, 20]
        columns += [part[:, 1:], np.log(variance)[:, None], np.ones((len(labels), 1))]
    return FeatureNight(0, np.concatenate(columns, axis=1), labels)


def test_a_folder_without_nights_gets_a_message(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="no SC4"):
        read_features(tmp_path)


@pytest.mark.realdata
def test_the_carried_spectra_are_those_of_the_ten_real_nights(shared_data: Path):
    found = describe_spectra(read_features(shared_data / "sleep-edf" / "features"))
    for field in fields(found):
        np.testing.assert_allclose(getattr(REAL_SPECTRA, field.name), getattr(found, field.name), atol=6e-3)


@pytest.mark.realdata
def test_the_documented_command_prints_them(shared_data: Path, capsys: pytest.CaptureFixture[str]):
    main(str(shared_data / "sleep-edf" / "features"))
    assert "[ 5.79,  4.07,  1.51,  0.1 , -0.93, -1.12," in capsys.readouterr().out
