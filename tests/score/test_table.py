import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit, logit
from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score

from eegbench.score import per_recording, per_subject, score


def scored(frame, classes, **options):
    return score(frame, classes=classes, **options)


def pick(scores, *, metric="balanced_accuracy", **fields):
    chosen = [one for one in scores if one.metric == metric and all(getattr(one, k) == v for k, v in fields.items())]
    assert len(chosen) == 1
    return chosen[0]


def test_every_probe_split_metric_and_aggregation_is_scored_once(frame, classes):
    scores = scored(frame, classes)
    keys = {(one.probe, one.metric, one.split, one.aggregation) for one in scores}
    assert len(keys) == len(scores) == 2 * 10 * 2 * 3
    assert scores[0].split == "valid"


def test_pooled_scores_are_of_all_windows(frame, classes):
    part = frame[(frame["probe"] == "linear") & (frame["split"] == "test")]
    one = pick(scored(frame, classes), probe="linear", split="test", aggregation="pooled")
    assert one.value == pytest.approx(balanced_accuracy_score(part["label"], part["predicted"]))
    assert one.n == len(part) == 640


def test_means_are_over_recordings(frame, classes):
    part = frame[(frame["probe"] == "linear") & (frame["split"] == "test")]
    each = [cohen_kappa_score(rows["label"], rows["predicted"]) for _, rows in part.groupby("recording")]
    scores = scored(frame, classes)
    one = pick(scores, metric="cohen_kappa", probe="linear", split="test", aggregation="mean_per_recording")
    assert one.value == pytest.approx(np.mean(each))
    assert one.n == 16


def test_means_weighted_by_windows_leave_undefined_recordings_out(classes):
    """Eight windows with the κ of 9/17, two with a κ of 1, and two of one class, whose κ is undefined."""
    said = {"a": ("WWN1N2N2N3RR", "WN1N1N2WN3RN2"), "b": ("WN1", "WN1"), "c": ("WW", "WW")}
    rows = [
        {"recording": name, "subject": name, "label": label, "predicted": predicted}
        for name, texts in said.items()
        for label, predicted in zip(*(re.findall("W|N[123]|R", text) for text in texts), strict=True)
    ]
    frame = pd.DataFrame(rows).assign(probe="linear", split="test")
    scores = scored(frame, classes)
    kappa, accuracy = (
        pick(scores, metric=metric, aggregation="mean_weighted_by_windows") for metric in ("cohen_kappa", "accuracy")
    )
    assert (kappa.value, kappa.n) == (pytest.approx((8 * 9 / 17 + 2) / 10), 2)
    assert (accuracy.value, accuracy.n) == (pytest.approx((5 + 2 + 2) / 12), 3)


def test_recordings_without_a_class_do_not_count_for_its_f1(frame, classes):
    part = frame[(frame["probe"] == "linear") & (frame["split"] == "test")].copy()
    first = part["recording"] == part["recording"].iloc[0]
    part = part[~first | ((part["label"] != "N3") & (part["predicted"] != "N3"))]
    one = pick(scored(part, classes), metric="f1/N3", aggregation="mean_per_recording")
    assert one.n == 15
    assert np.isfinite([one.value, one.ci_low, one.ci_high]).all()


def test_intervals_stand_where_there_are_two_subjects_and_contain_the_value(frame, classes):
    for one in scored(frame, classes):
        assert one.ci_low < one.value < one.ci_high
    for one in scored(frame[frame["subject"] == "test00"], classes):
        assert np.isnan([one.ci_low, one.ci_high]).all()


def test_the_interval_of_a_mean_is_a_t_interval_over_subjects_not_recordings(frame, classes):
    """Each of eight subjects has two recordings; its value is their mean."""
    part = frame[(frame["probe"] == "linear") & (frame["split"] == "test")]
    right = part.assign(right=part["label"] == part["predicted"]).groupby(["subject", "recording"])["right"].mean()
    values = right.groupby("subject").mean().to_numpy()
    without = np.array([logit(np.delete(values, i).mean()) for i in range(8)]) - logit(values.mean())
    half = stats.t.ppf(0.975, 7) * np.sqrt(7 / 8 * np.square(without).sum())
    one = pick(scored(part, classes), metric="accuracy", aggregation="mean_per_recording")
    assert (one.ci_low, one.ci_high) == pytest.approx(tuple(expit(logit(values.mean()) + np.array([-half, half]))))


def test_the_interval_of_a_pooled_score_is_the_jackknife_of_the_score(frame, classes):
    part = frame[(frame["probe"] == "linear") & (frame["split"] == "test")]

    def score_of(rows):
        return logit(balanced_accuracy_score(rows["label"], rows["predicted"]))

    without = np.array([score_of(part[part["subject"] != name]) for name in part["subject"].unique()])
    half = stats.t.ppf(0.975, 7) * np.sqrt(7 / 8 * np.square(without - score_of(part)).sum())
    one = pick(scored(part, classes), aggregation="pooled")
    assert (one.ci_low, one.ci_high) == pytest.approx(tuple(expit(score_of(part) + np.array([-half, half]))))


def test_scores_are_deterministic_and_do_not_depend_on_other_probes_or_the_order_of_rows(frame, classes):
    scores = scored(frame, classes)
    alone = scored(frame[frame["probe"] == "linear"], classes)
    assert repr([one for one in scores if one.probe == "linear"]) == repr(alone)
    shuffled = scored(frame.sample(frac=1, random_state=1), classes)
    assert sorted(map(repr, scores)) == sorted(map(repr, shuffled))


def test_the_mark_follows_the_split(frame, classes):
    assert {one.split for one in scored(frame, classes, mark="(within subject)")} == {
        "valid (within subject)",
        "test (within subject)",
    }


def test_a_split_that_there_is_not_is_an_error(frame, classes):
    with pytest.raises(ValueError, match="has the split ''"):
        scored(frame.assign(split=""), classes)


def test_per_recording_and_per_subject_are_tidy(frame, classes):
    recordings, subjects = per_recording(frame, classes), per_subject(frame, classes)
    assert list(recordings) == ["probe", "split", "recording", "metric", "value", "n_windows"]
    assert list(subjects) == ["probe", "split", "subject", "metric", "value", "n_windows"]
    assert len(recordings) == 2 * (16 + 6) * 10
    assert len(subjects) == 2 * (8 + 3) * 10
    row = subjects[(subjects["subject"] == "test03") & (subjects["probe"] == "chance")].set_index("metric")
    part = frame[(frame["subject"] == "test03") & (frame["probe"] == "chance")]
    assert row.loc["accuracy", "value"] == pytest.approx((part["label"] == part["predicted"]).mean())
    assert row.loc["accuracy", "n_windows"] == 80


def test_an_empty_frame_has_no_scores(frame, classes):
    empty = frame.iloc[:0]
    assert scored(empty, classes) == []
    pd.testing.assert_index_equal(per_subject(empty, classes).columns, per_subject(frame, classes).columns)
