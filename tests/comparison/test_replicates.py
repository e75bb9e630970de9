"""Several seeds, each with its folds, become one table of means with SD and intervals."""

import numpy as np
import pandas as pd
import pytest
from comparison.known_predictions import predictions
from sklearn.metrics import balanced_accuracy_score

from eegbench.comparison.replicates import mean_per_subject, mean_scores, mean_sheet
from eegbench.score.sheet import terminal

CLASSES = ("left", "right")


@pytest.fixture
def frames():
    return [predictions(skill, tuple(range(8)), seed) for seed, skill in enumerate((0.6, 0.7, 0.9))]


def linear(frame):
    return frame[frame["probe"] == "linear"]


def balanced(frame):
    return balanced_accuracy_score(frame["label"], frame["predicted"])


def test_a_pooled_score_is_the_mean_over_seeds_with_its_deviation_and_a_longer_interval(frames):
    def found(some):
        scores = mean_scores(some, classes=CLASSES, split="test")
        (one,) = [
            one
            for one in scores
            if (one.score.probe, one.score.metric, one.score.aggregation) == ("linear", "balanced_accuracy", "pooled")
        ]
        return one

    one, values = found(frames), [balanced(linear(frame)) for frame in frames]
    assert one.score.value == pytest.approx(np.mean(values))
    assert one.sd == pytest.approx(np.std(values, ddof=1))
    assert (one.n_replicates, one.score.n, one.score.n_classes) == (3, 320, 2)
    alike = found([frames[0]] * 3)
    assert alike.sd == 0
    assert one.score.ci_high - one.score.ci_low > 3 * (alike.score.ci_high - alike.score.ci_low)


def test_every_probe_stands_in_the_table_with_mean_deviation_and_interval(frames):
    scores = mean_scores(frames, classes=CLASSES, split="test")
    text = terminal(mean_sheet(scores, 8, {"test": ()}), 200)
    one = next(one for one in scores if one.score.probe == "hand_made")
    low, high = one.score.ci_low, one.score.ci_high
    assert f"{one.score.value:.2f} ± {one.sd:.2f} [{low:.2f}, {high:.2f}]" in text
    assert "test, mean over 3 replicates (seeds × draws of subjects), pooled over 320 windows of 8 subjects" in text
    assert "± SD over replicates. [low, high]: 95 % Student-t interval over subjects and replicates" in text
    assert "Balanced accuracy and macro-F1 are means over 2 classes." in text


def test_a_subject_has_the_mean_over_the_seeds_that_test_it(frames):
    fewer = [frames[0], frames[1][frames[1]["subject"] != "s0"]]
    table = mean_per_subject(fewer, CLASSES).query("probe == 'linear' and metric == 'balanced_accuracy'")
    value = table.set_index("subject")["value"]
    first, second = (linear(frame) for frame in fewer)
    assert value["s0"] == pytest.approx(balanced(first[first["subject"] == "s0"]))
    each = [balanced(frame[frame["subject"] == "s1"]) for frame in (first, second)]
    assert value["s1"] == pytest.approx(np.mean(each))
    assert isinstance(table, pd.DataFrame)
