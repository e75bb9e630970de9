"""Simulated hypnograms have the statistics of real ones, including errors of the expert."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eegbench.dataset.simulation.hypnogram import Hypnogram, describe_epochs, draw_hypnogram, draw_truth
from eegbench.dataset.simulation.measured import CONSENSUS_GIVEN_EXPERT, REAL
from eegbench.dataset.simulation.statistics import beside_a_change, describe
from eegbench.dataset.simulation.subject import REFERENCE_AGE, draw_subject


@cache
def young(hours: float) -> list[Hypnogram]:
    """Draw nights of subjects with the age of those whose nights were measured."""
    sleepers = [replace(draw_subject(number % 100, seed=number), age=REFERENCE_AGE) for number in range(150)]
    return [draw_hypnogram(s, hours=hours, rng=np.random.default_rng([9, i])) for i, s in enumerate(sleepers)]


def in_night(nights: list[Hypnogram]) -> tuple[np.ndarray, np.ndarray]:
    spans = [slice(*night.night) for night in nights]
    labels = np.concatenate([n.labels[span] for n, span in zip(nights, spans, strict=True)])
    return labels, np.concatenate([n.truth[span] for n, span in zip(nights, spans, strict=True)])


@pytest.mark.parametrize("hours", [5.0, 12.0])
def test_stage_shares_are_those_of_real_nights(hours: float):
    found = describe([night.labels for night in young(hours)])
    np.testing.assert_allclose(found.shares_by_third, REAL.shares_by_third, atol=0.05)
    if hours == 12.0:
        np.testing.assert_allclose(found.shares, REAL.shares, atol=0.02)
        np.testing.assert_allclose(found.night_h, REAL.night_h, atol=0.25)


def test_bouts_last_as_long_as_real_ones():
    found = describe([night.labels for night in young(12.0)])
    np.testing.assert_allclose(found.bout_means, REAL.bout_means, rtol=0.15)
    np.testing.assert_allclose(found.bout_tenths, REAL.bout_tenths, rtol=0.2, atol=0.5)


def test_stages_follow_each_other_as_in_real_nights():
    found = describe([night.labels for night in young(12.0)])
    np.testing.assert_allclose(found.transitions, REAL.transitions, atol=0.06)


def test_deep_sleep_comes_early_and_rem_sleep_late():
    by_third = describe([night.labels for night in young(5.0)]).shares_by_third
    assert by_third[0, 3] > 2 * by_third[2, 3]
    assert by_third[2, 4] > 1.5 * by_third[0, 4]


def test_labels_and_truth_disagree_as_experts_do():
    labels, truth = in_night(young(12.0))
    near = beside_a_change(labels).astype(int)
    for where in (0, 1):
        for stage in range(5):
            of_stage = truth[(near == where) & (labels == stage)]
            shares = np.bincount(of_stage, minlength=5) / len(of_stage)
            np.testing.assert_allclose(shares, CONSENSUS_GIVEN_EXPERT[where, stage], atol=0.04)
    assert 0.84 < (labels == truth).mean() < 0.90


def test_evening_and_morning_wake_is_never_mistaken_for_sleep():
    for night in young(5.0)[:20]:
        outside = np.r_[night.truth[: night.night[0]], night.truth[night.night[1] :]]
        assert len(outside) > 40
        assert not outside.any()


def test_the_old_have_less_deep_sleep():
    def share(age: int) -> float:
        sleepers = [replace(draw_subject(number, seed=1), age=age) for number in range(40)]
        nights = [draw_hypnogram(s, hours=8.0, rng=np.random.default_rng(i)) for i, s in enumerate(sleepers)]
        return float(np.mean(np.concatenate([n.labels for n in nights]) == 3))

    assert share(90) < 0.75 * share(29)


def test_descriptions_are_sleep_edfs_words():
    labels = np.array([0, 1, 2, 3, 4] * 400)
    moved = np.zeros(2000, dtype=np.int64)
    moved[7] = 1
    words = describe_epochs(labels, moved, np.random.default_rng(0))
    assert words[7] == "Movement time"
    stages = {f"Sleep stage {letter}" for letter in "W1234R?"}
    assert set(words) == stages | {"Movement time"}
    assert {word for word, label in zip(words, labels, strict=True) if label == 3} <= {
        "Sleep stage 3",
        "Sleep stage 4",
        "Sleep stage ?",
    }


@given(number=st.integers(0, 99), seed=st.integers(0, 1000), hours=st.floats(1.0, 24.0))
@settings(max_examples=30, deadline=None)
def test_every_record_has_its_length_and_a_night_within_it(number: int, seed: int, hours: float):
    found = draw_hypnogram(draw_subject(number, seed=seed), hours=hours, rng=np.random.default_rng(seed))
    assert len(found.labels) == len(found.truth) == round(hours * 120)
    assert 0 < found.night[0] < found.night[1] < len(found.labels)
    assert set(found.labels) <= set(range(5))


def test_truth_is_drawn_for_every_epoch():
    labels = np.repeat([0, 1, 2, 3, 4], 1000)
    truth = draw_truth(labels, np.random.default_rng(0))
    assert truth.shape == labels.shape
    assert truth.max() <= 4
