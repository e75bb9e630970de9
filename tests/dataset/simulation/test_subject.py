"""Subjects are drawn independently, and a few of them are as diverse as many."""

import numpy as np
import pytest

from eegbench.dataset.simulation.subject import AGE_DECILES, draw_subject


def test_a_sleeper_depends_on_the_seed_and_the_number_only():
    first, again, other = draw_subject(3, seed=7), draw_subject(3, seed=7), draw_subject(3, seed=8)
    assert (first.age, first.sex, first.alpha_hz) == (again.age, again.sex, again.alpha_hz)
    np.testing.assert_array_equal(first.traits, again.traits)
    assert first.alpha_hz != other.alpha_hz


@pytest.mark.parametrize("seed", range(5))
def test_a_dozen_sleepers_span_the_ages_and_both_sexes(seed: int):
    sleepers = [draw_subject(number, seed=seed) for number in range(12)]
    ages = [sleeper.age for sleeper in sleepers]
    assert min(ages) < 35
    assert max(ages) > 80
    assert 3 <= sum(sleeper.sex == "F" for sleeper in sleepers) <= 9


def test_ages_are_those_of_the_cassette_study():
    ages = [draw_subject(number, seed=0).age for number in range(100)]
    np.testing.assert_allclose(np.quantile(ages, np.linspace(0, 1, 11)), AGE_DECILES, atol=4)
