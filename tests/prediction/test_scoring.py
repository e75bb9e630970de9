"""Scores of new recordings: each, pooled, and averaged with the number of scored epochs as the weight."""

import numpy as np
import pandas as pd
import pytest

from eegbench.prediction.scoring import overall, per_recording, scored, title_scores

CLASSES = ("0", "1", "2", "3", "4")


def frame(recording, true, said):
    """Return predictions; a label of -1 is missing."""
    label = [None if one < 0 else str(one) for one in true]
    return pd.DataFrame(
        {"recording": recording, "subject": recording, "label": label, "predicted": list(map(str, said))}
    )


PUBLISHED = frame("toy", [0, 0, 1, 2, 2, 3, 4, 4, -1, -1], [0, 1, 1, 2, 0, 3, 4, 2, 0, 3])
"""The example of the evaluation of the Dreem Open Datasets, worked out by hand."""

OTHER = frame("other", [0, 1], [0, 1])


def test_the_published_example_has_its_figures():
    row = per_recording(scored([PUBLISHED]), CLASSES).iloc[0]
    assert row["n_epochs"] == 8
    assert row["accuracy"] == 0.625
    assert row["cohen_kappa"] == pytest.approx(0.529412, abs=1e-6)
    assert row["weighted_f1"] == pytest.approx(0.625, abs=1e-3)


def test_recordings_weigh_as_many_scored_epochs_as_they_have():
    table = overall(scored([PUBLISHED, OTHER]), CLASSES).set_index(["aggregation", "metric"])["value"]
    assert table["mean_weighted_by_windows", "accuracy"] == pytest.approx((8 * 0.625 + 2 * 1.0) / 10)
    assert table["mean_per_recording", "accuracy"] == pytest.approx((0.625 + 1.0) / 2)
    assert table["pooled", "accuracy"] == pytest.approx(7 / 10)
    assert table["mean_weighted_by_windows", "cohen_kappa"] == pytest.approx((8 * 9 / 17 + 2) / 10)


def test_a_metric_that_is_undefined_for_a_recording_counts_nowhere():
    alone = frame("alone", [0, 0], [0, 0])  # κ is undefined
    table = overall(scored([PUBLISHED, alone]), CLASSES).set_index(["aggregation", "metric"])["value"]
    assert table["mean_weighted_by_windows", "cohen_kappa"] == pytest.approx(9 / 17)


def test_intervals_need_two_subjects():
    few = overall(scored([PUBLISHED]), CLASSES)
    assert few["ci_low"].isna().all()
    rng = np.random.default_rng(0)
    many = [frame(f"n{i}", rng.integers(0, 5, 40), rng.integers(0, 5, 40)) for i in range(6)]
    table = overall(scored(many), CLASSES)
    accuracy = table[table["metric"] == "accuracy"]
    assert ((accuracy["ci_low"] < accuracy["value"]) & (accuracy["value"] < accuracy["ci_high"])).all()
    assert (table["n_recordings"] == 6).all()


def test_a_title_says_accuracy_and_kappa_where_there_are_labels():
    assert title_scores(PUBLISHED, CLASSES) == {"accuracy": 0.625, "κ": pytest.approx(9 / 17)}
    assert title_scores(frame("none", [-1, -1], [0, 1]), CLASSES) == {}
