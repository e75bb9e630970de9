import math

import pytest

from eegbench.config import ConfigError
from eegbench.score import METRICS
from eegbench.sweep.objective import METRICS as OVERALL
from eegbench.sweep.objective import SCORES, check_objectives, direction, named_objectives, values, watched


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
        (["valid/training/accuracy"], "measured on examples as in training"),
        (["valid/linear/balanced_acuracy"], "did you mean valid/linear/balanced_accuracy"),
        (["valid/knn/acc"], "did you mean valid/knn/accuracy"),
        (["valid/balanced_accuracy"], "did you mean valid/main/balanced_accuracy"),
        (["run/seconds", "run/seconds"], "twice"),
        ([], "name an objective"),
    ],
)
def test_what_a_sweep_must_not_choose_by_is_refused(names, word):
    with pytest.raises(ConfigError, match=word):
        check_objectives(names)


def test_objectives_are_found_under_marked_splits():
    metrics = {"valid (within subject)/linear/accuracy": 0.7, "run/seconds": 3.0, "test/linear/accuracy": math.nan}
    assert values(metrics, ["run/seconds", "valid/linear/accuracy"]) == [3.0, 0.7]
    with pytest.raises(ConfigError, match="check for labels"):
        values({}, ["valid/linear/accuracy"])


def test_the_main_probe_is_sought_unless_another_one_is_named():
    names = [SCORES[0], "valid/knn/accuracy", "run/seconds"]
    found = named_objectives(names, "linear", ("linear", "knn"))
    assert found == ("valid/linear/balanced_accuracy", "valid/knn/accuracy", "run/seconds")
    with pytest.raises(ConfigError, match=r"not among those chosen \(linear\); add it: probe=\[linear,knn\]"):
        named_objectives(names, "linear", ("linear",))
    with pytest.raises(ConfigError, match="twice"):
        named_objectives(["valid/main/accuracy", "valid/linear/accuracy"], "linear", ("linear",))


def test_what_is_watched_during_training_is_the_same_quantity_of_the_main_probe():
    assert watched("valid/linear/macro_f1", "linear") == "probe_valid_macro_f1"
    assert watched("valid/main/macro_f1", "knn") == "probe_valid_macro_f1"
    assert watched("valid/linear/macro_f1", "knn") == ""
    assert watched("run/seconds", "linear") == ""
