from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from eegbench.score import AGGREGATIONS, score
from eegbench.score.comparison import differences, score_entry
from eegbench.score.metric import balanced_accuracy, find_metric
from eegbench.score.replicate import count_replicate

CLASSES = ("left", "right")


def predictions(rng, n_subjects, skill, n_windows=60, first=0):
    """One recording a subject, of which a share of windows is right."""
    subject = np.repeat(np.arange(first, first + n_subjects), n_windows)
    label = rng.integers(0, 2, len(subject))
    said = np.where(rng.random(len(subject)) < skill, label, 1 - label)
    names = np.array(CLASSES)
    return pd.DataFrame(
        {
            "recording": [f"r{s:02d}" for s in subject],
            "subject": [f"{s:02d}" for s in subject],
            "start_s": np.arange(len(subject)) * 2.0,
            "split": "test",
            "probe": "linear",
            "label": names[label],
            "predicted": names[said],
        }
    )


def entry(frames, n_subjects, name="a", metric="balanced_accuracy", aggregation="pooled"):
    subjects = pd.Index([f"{s:02d}" for s in range(n_subjects)])
    counted = [count_replicate(frame, subjects, CLASSES) for frame in frames]
    return score_entry(name, counted, n_subjects, metric=metric, classes=CLASSES, aggregation=aggregation)


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_one_replicate_has_the_score_and_interval_of_its_own_table(frame, classes, aggregation):
    test = frame[(frame["split"] == "test") & (frame["probe"] == "linear")]
    scores = score(test, classes=classes)
    (expected,) = [s for s in scores if (s.metric, s.aggregation) == ("cohen_kappa", aggregation)]
    subjects = pd.Index(sorted(test["subject"].unique()))
    one = count_replicate(test, subjects, classes)
    found = score_entry("a", [one], len(subjects), metric="cohen_kappa", classes=classes, aggregation=aggregation)
    assert (found.value, found.ci_low, found.ci_high) == pytest.approx(
        (expected.value, expected.ci_low, expected.ci_high)
    )
    assert np.isnan(found.sd)
    assert found.n_windows == len(test)


def test_a_group_is_the_mean_over_its_replicates_without_each_subject_and_of_each_alone(rng):
    frames = [predictions(rng, 8, skill) for skill in (0.6, 0.9)]
    both, *each = entry(frames, 8), entry(frames[:1], 8), entry(frames[1:], 8)
    assert both.value == pytest.approx(np.mean([one.value for one in each]))
    assert both.sd == pytest.approx(np.std([one.value for one in each], ddof=1))
    np.testing.assert_allclose(both.without_subject, np.mean([one.without_subject for one in each], axis=0))
    np.testing.assert_allclose(both.without_replicate, [each[1].value, each[0].value])
    np.testing.assert_allclose(both.by_subject, np.mean([one.by_subject for one in each], axis=0))
    alone = frames[0][frames[0]["subject"] == "03"]
    recalls = [(alone[alone["label"] == c]["predicted"] == c).mean() for c in CLASSES]
    assert each[0].by_subject[3] == pytest.approx(np.mean(recalls))


def test_a_replicate_is_asked_only_about_the_subjects_that_it_tests(rng):
    frames = [predictions(rng, 4, 0.9), predictions(rng, 4, 0.6, first=4)]
    both, first, second = entry(frames, 8), entry(frames[:1], 8), entry(frames[1:], 8)
    assert both.without_subject[0] == pytest.approx((first.without_subject[0] + second.value) / 2)
    assert list(first.size) == [60] * 4 + [0] * 4
    assert np.isfinite(both.by_subject).all()
    assert np.isnan(first.by_subject[4:]).all()
    assert (first.n_subjects, both.n_subjects) == (4, 8)


def test_the_better_group_wins_with_a_small_p_and_large_effects(rng):
    good, poor = (entry([predictions(rng, 12, s) for _ in range(3)], 12, str(s)) for s in (0.85, 0.6))
    (found,) = differences([(good, poor)])
    assert found.value == pytest.approx(good.value - poor.value)
    assert 0.15 < found.ci_low < found.value < found.ci_high < 0.35
    assert found.p == found.p_holm < 0.001
    assert found.rank_biserial == 1
    assert found.d_z > 2
    assert (found.a, found.b, found.n, found.n_undefined) == ("0.85", "0.6", 12, 0)


def test_the_interval_of_a_difference_is_that_of_the_paired_t_test_where_seeds_do_not_vary(rng):
    a, b = (entry([predictions(rng, 9, s)], 9, aggregation="mean_per_recording") for s in (0.8, 0.6))
    (found,) = differences([(a, b)])
    expected = stats.ttest_rel(a.by_subject, b.by_subject).confidence_interval(0.95)
    assert (found.ci_low, found.ci_high) == pytest.approx((expected.low, expected.high))


def test_seeds_that_differ_make_the_intervals_of_values_and_differences_longer(rng):
    poor, good, fair = (predictions(rng, 8, skill) for skill in (0.6, 0.9, 0.75))
    alike, varied, other = entry([fair, fair], 8), entry([poor, good, fair], 8), entry([fair], 8)
    assert alike.ci_high - alike.ci_low == pytest.approx(other.ci_high - other.ci_low)
    assert varied.ci_high - varied.ci_low > 3 * (other.ci_high - other.ci_low)
    (found,) = differences([(varied, other)])
    half = stats.t.ppf(0.975, 2) * varied.sd / np.sqrt(3)
    over_subjects = differences([(replace(varied, without_replicate=np.array([varied.value])), other)])[0]
    assert found.ci_high - found.value == pytest.approx(np.hypot(half, over_subjects.ci_high - over_subjects.value))


def test_a_pair_of_equals_has_no_difference(rng):
    frames = [predictions(rng, 7, 0.7)]
    one = entry(frames, 7)
    (found,) = differences([(one, one)])
    assert (found.value, found.ci_low, found.ci_high, found.p, found.rank_biserial) == (0, 0, 0, 1, 0)


@pytest.mark.slow
def test_without_a_difference_p_is_below_five_percent_in_about_five_percent_of_draws(rng):
    p = [
        differences([(entry([predictions(rng, 8, 0.7, 40)], 8), entry([predictions(rng, 8, 0.7, 40)], 8))])
        for _ in range(200)
    ]
    values = np.array([found[0].p for found in p])
    assert 0.0 < (values < 0.05).mean() < 0.11
    assert 0.35 < (values < 0.5).mean() < 0.65


def test_several_differences_are_corrected_together(rng):
    a, b, c = (entry([predictions(rng, 9, skill)], 9) for skill in (0.9, 0.7, 0.7))
    found = differences([(a, b), (a, c), (b, c)])
    assert found[0].p_holm == pytest.approx(3 * found[0].p)
    assert differences([]) == []


def test_below_six_subjects_there_is_no_p_but_the_difference_and_its_interval_stand(rng):
    good, poor = (entry([predictions(rng, 5, skill)], 5) for skill in (0.9, 0.5))
    (found,) = differences([(good, poor)])
    assert np.isnan([found.p, found.p_holm, found.rank_biserial, found.d_z]).all()
    assert found.ci_low < found.value < found.ci_high
    assert found.value > 0.2


def test_subjects_on_whom_the_metric_is_undefined_are_left_out_and_counted(rng):
    frame = predictions(rng, 8, 0.8)
    frame.loc[frame["subject"] == "02", ["label", "predicted"]] = "left"  # κ of a single class
    one = entry([frame], 8, metric="cohen_kappa")
    (found,) = differences([(one, entry([predictions(rng, 8, 0.6)], 8, metric="cohen_kappa"))])
    assert (found.n, found.n_undefined) == (7, 1)


def test_metrics_are_found_by_name_and_unknown_ones_refused_with_the_nearest(rng):
    counts = rng.integers(1, 9, (3, 2, 2))
    expected = 2 * counts[:, 1, 1] / (counts[:, 1].sum(-1) + counts[:, :, 1].sum(-1))
    np.testing.assert_allclose(find_metric("f1/right", CLASSES)(counts), expected)
    assert find_metric("balanced_accuracy", CLASSES) is balanced_accuracy
    with pytest.raises(ValueError, match="no metric 'ballanced_accuracy' .did you mean balanced_accuracy.*f1/right"):
        find_metric("ballanced_accuracy", CLASSES)
