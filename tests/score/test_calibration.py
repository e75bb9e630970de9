"""Calibration: values by definition, a temperature from valid alone, and intervals over subjects."""

import numpy as np
import pandas as pd
import pytest

from eegbench.score.calibration import calibration, expected_calibration_error, negative_log_likelihood


def test_both_metrics_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.92, 0.08], [0.4, 0.6], [0.3, 0.7]])
    labels = np.array([0, 1, 1, 1])
    assert negative_log_likelihood(probabilities, labels) == pytest.approx(-np.log([0.9, 0.08, 0.6, 0.7]).mean())
    # bins of 1/15: 0.9 and 0.92 share one (0.867 to 0.933), 0.6 and 0.7 have one each
    expected = abs(0.91 - 0.5) * 2 / 4 + abs(0.6 - 1) / 4 + abs(0.7 - 1) / 4
    assert expected_calibration_error(probabilities, labels) == pytest.approx(expected)


def test_a_probability_of_zero_counts_as_the_least():
    assert negative_log_likelihood(np.array([[1.0, 0.0]]), np.array([1])) == pytest.approx(12 * np.log(10))


def overconfident(n_subjects=8, n=400, factor=3.0, seed=0):
    """Predictions whose scores are ``factor`` times too large."""
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((n_subjects * n, 3))
    shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    labels = np.array([rng.choice(3, p=share) for share in shares])
    said = np.exp(factor * scores) / np.exp(factor * scores).sum(1, keepdims=True)
    frame = pd.DataFrame(said, columns=list("abc"))
    subject = np.repeat([f"s{i}" for i in range(n_subjects)], n)
    split = np.where(np.arange(len(labels)) < 2 * n, "valid", "test")
    return frame.assign(probe="p", label=np.array(list("abc"))[labels], subject=subject, split=split)


def test_the_temperature_of_valid_mends_probabilities_on_test():
    found = calibration(overconfident(), ("a", "b", "c"))
    test = found[found["split"] == "test"].set_index(["scaled", "metric"])
    assert test.loc[(True, "nll"), "temperature"] == pytest.approx(3.0, rel=0.15)
    assert test.loc[(False, "ece"), "value"] > 0.2
    assert test.loc[(True, "ece"), "value"] < 0.05
    assert test.loc[(True, "nll"), "value"] < test.loc[(False, "nll"), "value"]
    assert (test["n_subjects"] == 6).all()


def test_labels_of_test_do_not_change_the_temperature():
    frame = overconfident()
    other = frame.assign(label=np.where(frame["split"] == "test", "a", frame["label"]))
    first, second = (calibration(one, ("a", "b", "c"))["temperature"] for one in (frame, other))
    pd.testing.assert_series_equal(first, second)


def test_the_interval_contains_the_value_and_that_of_one_subject_is_missing():
    found = calibration(overconfident(), ("a", "b", "c"))
    test = found[found["split"] == "test"]
    assert ((test["ci_low"] <= test["value"]) & (test["value"] <= test["ci_high"])).all()
    alone = overconfident(n_subjects=3)
    found = calibration(alone, ("a", "b", "c"))
    assert found.loc[found["split"] == "test", "ci_low"].isna().all()


def test_without_valid_nothing_is_scaled():
    frame = overconfident()
    found = calibration(frame[frame["split"] == "test"], ("a", "b", "c"))
    assert (found["temperature"] == 1).all()
    by_scaled = found.pivot_table(index="metric", columns="scaled", values="value")
    np.testing.assert_allclose(by_scaled[True], by_scaled[False])
