"""A point of a label curve is the mean over subjects and draws, and its interval is that of crossed units."""

import numpy as np
import pandas as pd
from scipy import stats

from eegbench.score.label_curve import label_curve, subject_scores


def test_scores_of_each_subject_are_those_of_its_windows():
    labels, predicted = np.array([0, 0, 1, 1, 0, 1]), np.array([0, 1, 1, 1, 0, 0])
    found = subject_scores(predicted, labels, np.array(list("aaaabb")), ("x", "y")).set_index("subject")
    assert found["balanced_accuracy"].to_dict() == {"a": 0.75, "b": 0.5}
    assert found["n_windows"].to_dict() == {"a": 4, "b": 2}


def test_mean_and_interval_of_subjects_and_draws():
    rng = np.random.default_rng(0)
    values = 0.5 + 0.1 * rng.standard_normal((6, 1)) + 0.05 * rng.standard_normal((1, 4))
    rows = [
        {"probe": "p", "axis": "labels", "size": 3, "draw": d, "n_labels": 9, "subject": s, "m": values[s, d]}
        for s in range(6)
        for d in range(4)
    ]
    (point,) = label_curve(pd.DataFrame(rows).rename(columns={"m": "balanced_accuracy"}), "balanced_accuracy").to_dict(
        "records"
    )
    assert point["value"] == values.mean()
    assert (point["n_subjects"], point["n_draws"], point["n_labels"]) == (6, 4, 9)
    halves = []
    for of_units in (values.mean(1), values.mean(0)):
        n = len(of_units)
        left_out = (of_units.sum() - of_units) / (n - 1)
        deviation = np.log(left_out / (1 - left_out)) - np.log(values.mean() / (1 - values.mean()))
        halves.append(stats.t.ppf(0.975, n - 1) * np.sqrt((n - 1) / n * (deviation**2).sum()))
    middle, half = np.log(values.mean() / (1 - values.mean())), np.hypot(*halves)
    np.testing.assert_allclose([point["low"], point["high"]], 1 / (1 + np.exp(-(middle + half * np.array([-1, 1])))))


def test_one_draw_has_the_interval_of_subjects_and_one_subject_has_none():
    frame = pd.DataFrame(
        {"probe": "p", "axis": "labels", "size": 3, "draw": 0, "n_labels": 9, "subject": list("abc")}
    ).assign(macro_f1=[0.4, 0.5, 0.6])
    (several,) = label_curve(frame, "macro_f1").to_dict("records")
    assert several["low"] < 0.5 < several["high"]
    (single,) = label_curve(frame[:1], "macro_f1").to_dict("records")
    assert single["value"] == 0.4
    assert np.isnan(single["low"])
