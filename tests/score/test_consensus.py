"""Soft agreement, ranking and majority follow their definitions, epoch by epoch."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score

from eegbench.score.consensus import consensus, ranking, soft_agreement, weighted_confusion
from eegbench.score.metric import accuracy, cohen_kappa, weighted_f1
from eegbench.score.sleep_statistics import STATISTICS, sleep_statistics


def test_soft_agreement_is_the_votes_of_the_others_over_those_for_their_favourite():
    stages = np.array([[0, 2], [0, 2], [0, 1], [1, 1]])
    # first scorer: epoch 0 has 2 votes for W of 2 at most; epoch 1 has 1 vote for N2, and 2 for N1
    assert soft_agreement(stages) == pytest.approx([(1 + 0.5) / 2, (1 + 0.5) / 2, (1 + 0.5) / 2, (0 + 0.5) / 2])


def test_of_equal_scorers_the_first_is_ranked_first():
    assert ranking(np.array([0.5, 0.9, 0.5, 0.9])).tolist() == [1, 3, 0, 2]


def test_the_majority_decides_and_the_best_scorer_where_votes_are_equal():
    ranked = np.array([[4, 0, -1], [4, 2, 3], [1, 2, -1], [0, 0, 3]])
    found = consensus(ranked)
    assert found.stage.tolist() == [4, 0, -1]
    assert found.weight.tolist() == [0.5, 0.5, 0.5]
    assert found.tied.tolist() == [False, True, True]


def test_weighted_metrics_are_those_of_scikit_learn_and_unscored_epochs_are_errors():
    rng = np.random.default_rng(0)
    truth, weight = rng.integers(0, 4, 300), rng.choice([0.5, 0.75, 1.0], 300)  # no true R
    said = np.where(rng.random(300) < 0.6, truth, rng.integers(-1, 5, 300))
    counts = weighted_confusion(truth, said, weight)
    assert counts.sum() == pytest.approx(weight.sum())
    expected = f1_score(truth, said, average="weighted", sample_weight=weight, zero_division=0)
    assert weighted_f1(counts) == pytest.approx(expected)
    assert accuracy(counts) == pytest.approx(accuracy_score(truth, said, sample_weight=weight))
    assert cohen_kappa(counts) == pytest.approx(cohen_kappa_score(truth, said, sample_weight=weight))


def test_epochs_without_a_true_stage_count_nowhere():
    counts = weighted_confusion(np.array([-1, 2]), np.array([2, 2]), np.array([1.0, 0.5]))
    assert counts.sum() == 0.5


def test_sleep_statistics_follow_the_definitions_of_the_manual():
    night = np.array([0, 0, 0, 1, 0, 2, 2, 3, -1, 4, 0, 0])
    found = sleep_statistics(night, lights_off=1, lights_on=11)
    assert found.keys() == STATISTICS.keys()
    assert found["recording_time"] == 5.0
    assert found["total_sleep_time"] == 2.5
    assert found["sleep_onset_latency"] == 1.0
    assert found["wake_after_sleep_onset"] == 1.0
    assert found["rem_latency"] == 3.0
    assert found["sleep_efficiency"] == pytest.approx(100 * 5 / 9)  # of ten epochs, one has no stage
    assert (found["N2"], found["N2_share"], found["unscored"]) == (1.0, 40.0, 0.5)


def test_epochs_without_a_stage_at_both_ends_are_not_spent_awake():
    found = sleep_statistics(np.array([-1] * 10 + [2] * 40 + [-1] * 10))
    assert (found["recording_time"], found["unscored"], found["total_sleep_time"]) == (30.0, 10.0, 20.0)
    assert (found["sleep_onset_latency"], found["sleep_efficiency"]) == (0.0, 100.0)
    awake = sleep_statistics(np.array([-1] * 10 + [0] * 4 + [2] * 12 + [-1] * 10))
    assert (awake["sleep_onset_latency"], awake["sleep_efficiency"]) == (2.0, 75.0)


def test_a_night_without_any_stage_has_no_efficiency():
    found = sleep_statistics(np.full(4, -1))
    assert np.isnan(found["sleep_efficiency"])
    assert (found["recording_time"], found["unscored"]) == (2.0, 2.0)


def test_a_night_without_sleep_has_no_latency_and_no_shares():
    found = sleep_statistics(np.zeros(4, dtype=int))
    assert found["total_sleep_time"] == found["sleep_efficiency"] == 0
    assert all(np.isnan(found[name]) for name in ("sleep_onset_latency", "rem_latency", "N3_share"))


@pytest.mark.parametrize(("off", "on"), [(3, 3), (-1, 2), (0, 9)])
def test_lights_outside_the_night_are_refused(off, on):
    with pytest.raises(ValueError, match="do not fit a night of 4 epochs"):
        sleep_statistics(np.zeros(4, dtype=int), lights_off=off, lights_on=on)
