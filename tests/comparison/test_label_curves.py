"""Label curves of a comparison, from the curves of runs that are given."""

from dataclasses import replace

import pandas as pd
import pytest

from eegbench.comparison.groups import group_runs
from eegbench.comparison.label_curves import curve_note, curve_points
from eegbench.comparison.tables import Question, compare_groups

QUESTION = Question(("task._target_",), "balanced_accuracy", "pooled", "test", None)


def with_curve(run, value):
    rows = [
        {"probe": probe, "axis": "labels", "size": 3, "draw": draw, "n_labels": 6, "subject": str(subject)}
        | {"n_windows": 10, "balanced_accuracy": value - (probe != "linear") / 10 + subject / 100}
        for probe in ("linear", "random_weights")
        for draw in range(2)
        for subject in range(8)
    ]
    return replace(run, curve=pd.DataFrame(rows))


@pytest.fixture
def compared(make_run):
    tasks = {"simclr.Simclr": 0.6, "supervised.Supervised": 0.5}
    runs = [
        with_curve(make_run(skill=0.5, task___target_=f"eegbench.task.{name}"), value) for name, value in tasks.items()
    ]
    return compare_groups(group_runs(runs, QUESTION.by), QUESTION)


def test_each_group_has_a_curve_and_a_control_has_the_draws_of_all(compared):
    points = curve_points(compared).set_index("probe")
    by_name = {name: points.loc[name, "value"] for name in points.index}
    assert sorted(round(value, 6) for value in by_name.values()) == [0.485, 0.535, 0.635]
    assert points.loc["random_weights", "n_draws"] == 4
    assert set(points.drop("random_weights")["n_draws"]) == {2}


def test_the_caption_has_the_draws_of_a_group_and_names_encoders_that_were_trained_with_labels(compared):
    note = curve_note(compared, curve_points(compared))
    assert "8 subjects and up to 2 random draws" in note
    (supervised,) = [group.name for group in compared.groups if "upervised" in group.name]
    assert f"Encoders of {supervised} were trained with the labels of train" in note


def test_runs_without_curves_and_other_splits_have_none(compared, make_run):
    plain = compare_groups(group_runs([make_run(skill=0.5)], ("seed",)), replace(QUESTION, by=("seed",)))
    assert curve_points(plain) is None
    assert curve_points(replace(compared, question=replace(QUESTION, split="valid"))) is None


def test_a_task_of_another_package_is_not_imported(make_run):
    run = with_curve(make_run(skill=0.5, task___target_="antigravity.Task"), 0.5)
    comparison = compare_groups(group_runs([run], QUESTION.by), QUESTION)
    note = curve_note(comparison, curve_points(comparison))
    assert "were trained with the labels" not in note
