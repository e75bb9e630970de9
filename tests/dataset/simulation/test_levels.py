"""Levels vary over epochs, nights and subjects as measured."""

from dataclasses import replace

import numpy as np
import pytest

from eegbench.dataset.simulation.levels import (
    AGE_EFFECT,
    N_HOPS,
    at_hops,
    draw_levels,
    draw_person,
)
from eegbench.dataset.simulation.measured_spectra import REAL_SPECTRA
from eegbench.dataset.simulation.signal import stage_weights
from eegbench.dataset.simulation.subject import REFERENCE_AGE, draw_subject

N_EPOCHS = 400


def of_one_stage(stage: int, seed: int, elapsed: float = 0.5) -> np.ndarray:
    """Return the level in the middle of each epoch of a long period of one stage."""
    weights = stage_weights(np.full(N_EPOCHS, stage))
    rng = np.random.default_rng(seed)
    levels = draw_levels(weights, np.zeros(12), np.full(N_EPOCHS, elapsed), REAL_SPECTRA, rng)
    assert levels.shape == (N_EPOCHS * N_HOPS + 1, 12)
    return levels[N_HOPS // 2 :: N_HOPS]


@pytest.mark.parametrize("stage", range(5))
def test_within_a_stage_levels_have_the_measured_means_spreads_and_correlations(stage: int):
    found = np.concatenate([of_one_stage(stage, seed) for seed in range(40)])
    spread = REAL_SPECTRA.spreads[stage]
    assert np.abs((found.mean(axis=0) - REAL_SPECTRA.means[stage]) / spread).max() < 0.25
    np.testing.assert_allclose(found.std(axis=0) / spread, 1, atol=0.12)
    np.testing.assert_allclose(np.corrcoef(found.T), REAL_SPECTRA.correlations[stage], atol=0.15)


def test_neighbouring_epochs_are_alike_and_distant_ones_less():
    nights = [of_one_stage(2, seed) for seed in range(60)]
    away = np.stack(nights) - REAL_SPECTRA.means[2]
    variance = (away**2).mean()
    at = {lag: (away[:, lag:] * away[:, :-lag]).mean() / variance for lag in (1, 10, 100)}
    # of the variance, 12 % belong to the night and 30 % vary slowly, with a time constant of 17 epochs
    assert at[1] == pytest.approx(0.403, abs=0.06)
    assert at[10] == pytest.approx(0.287, abs=0.06)
    assert at[100] == pytest.approx(0.121, abs=0.06)


def test_delta_and_theta_of_deep_sleep_fade_over_the_night():
    lost = of_one_stage(3, 0, elapsed=0.0) - of_one_stage(3, 0, elapsed=1.0)
    np.testing.assert_allclose(lost, np.tile([0, 0.5, 0.5, 0, 0, 0], (N_EPOCHS, 2)), atol=1e-9)
    np.testing.assert_array_equal(of_one_stage(4, 0, elapsed=0.0), of_one_stage(4, 0, elapsed=1.0))


def test_sleepers_differ_as_real_nights_do():
    sleepers = [replace(draw_subject(k, seed=s), age=REFERENCE_AGE, sex="F") for s in range(8) for k in range(100)]
    rng = np.random.default_rng(0)
    found = np.stack([draw_person(sleeper, REAL_SPECTRA, rng) for sleeper in sleepers])
    np.testing.assert_allclose(found.std(axis=0) / REAL_SPECTRA.night_spreads, 1, atol=0.1)
    np.testing.assert_allclose(np.corrcoef(found.T), REAL_SPECTRA.night_correlations, atol=0.15)


def test_two_nights_of_a_sleeper_are_more_alike_than_those_of_two():
    rng = np.random.default_rng(0)
    pairs = [[draw_person(draw_subject(k, seed=0), REAL_SPECTRA, rng) for _ in range(2)] for k in range(100)]
    first, second = np.array(pairs).transpose(1, 0, 2)
    assert np.corrcoef(first[:, 5], second[:, 5])[0, 1] > 0.3
    assert abs(np.corrcoef(first[:-2, 5], second[2:, 5])[0, 1]) < 0.3


def test_age_and_sex_are_added_to_both_derivations():
    def person(age: int, sex: str) -> np.ndarray:
        sleeper = replace(draw_subject(0, seed=0), age=age, sex=sex)
        return draw_person(sleeper, REAL_SPECTRA, np.random.default_rng(0))

    np.testing.assert_allclose(person(79, "F") - person(29, "F"), np.tile(5 * AGE_EFFECT, 2))
    assert (person(29, "M") <= person(29, "F")).all()


def test_neighbours_in_number_differ_from_the_mean_in_opposite_directions():
    np.testing.assert_array_equal(draw_subject(4, seed=1).spectrum, -draw_subject(5, seed=1).spectrum)
    assert not np.array_equal(draw_subject(4, seed=1).spectrum, draw_subject(6, seed=1).spectrum)


def test_an_epoch_holds_its_value_and_the_border_lies_between():
    assert at_hops(np.array([1.0, 3.0])).tolist() == [1, 1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3, 3]
