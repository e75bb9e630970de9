import math

import pytest

from eegbench.config import ConfigError
from eegbench.score import METRICS
from eegbench.sweep.objective import METRICS as OVERALL
from eegbench.sweep.objective import SCORES, check_objectives, direction, values, watched


def test_the_metrics_are_those_that_every_run_scores():
    assert set(OVERALL) == set(METRICS)


def test_scores_are_sought_high_and_costs_low():
    check_objectives([SCORES[0], "run/seconds"])
    assert direction(SCORES[0]) == "maximize"
    assert direction("run/seconds") == "minimize"


@pytest.mark.parametrize(
    ("names", "word"),
    [
        (["test/linear/balanced_accuracy"], "test split"),
        (["valid/linear/balanced_accuracy", "test (within subject)/linear/accuracy"], "test split"),
        (["run/best_valid_loss"], "pretext"),
        (["valid/pretext/accuracy"], "pretext"),
        (["valid/linear/balanced_acuracy"], "did you mean valid/linear/balanced_accuracy"),
        (["run/seconds", "run/seconds"], "twice"),
        ([], "name what to seek"),
    ],
)
def test_what_a_sweep_must_not_choose_by_is_refused(names, word):
    with pytest.raises(ConfigError, match=word):
        check_objectives(names)


def test_objectives_are_found_under_marked_splits():
    metrics = {"valid (within subject)/linear/accuracy": 0.7, "run/seconds": 3.0, "test/linear/accuracy": math.nan}
    assert values(metrics, ["run/seconds", "valid/linear/accuracy"]) == [3.0, 0.7]
    with pytest.raises(ConfigError, match="are there labels"):
        values({}, ["valid/linear/accuracy"])


def test_what_is_watched_during_training_is_the_same_quantity():
    assert watched("valid/linear/macro_f1") == "probe_valid_macro_f1"
