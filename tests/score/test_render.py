import numpy as np
import pandas as pd
import pytest

from eegbench.score import markdown, render, score
from eegbench.score.render import n_subjects_of
from eegbench.types import Score

METRICS = ("balanced_accuracy", "accuracy", "cohen_kappa", "macro_f1", "f1/W", "f1/N1", "f1/N2", "f1/N3", "f1/R")


def scores(low=0.55, high=0.69, aggregation="pooled", split="test", n=1048):
    return [
        Score(probe, metric, split, aggregation, 0.62, low, high, n)
        for probe in ("linear", "random_weights")
        for metric in METRICS
    ]


def test_a_wide_terminal_has_values_with_intervals_in_one_line():
    text = render(scores(), n_subjects={"test": 12}, width=100)
    assert "test, pooled over 1,048 windows of 12 subjects" in text
    assert "balanced accuracy" in text
    assert "linear          0.62 [0.55, 0.69]" in text
    assert "F1 of each class" in text


@pytest.mark.parametrize("width", [80, 90, 100, 140])
def test_no_line_is_longer_than_the_terminal_and_nothing_is_cut(width):
    text = render(scores(), n_subjects={"test": 12}, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert text.count("0.62") == 2 * len(METRICS)
    assert text.count("[0.55, 0.69]") == 2 * len(METRICS)
    assert "…" not in text


def test_many_classes_go_on_in_further_tables():
    many = [Score("linear", f"f1/{i}", "test", "pooled", i / 100, 0.0, 1.0, 9) for i in range(20)]
    text = render(many, n_subjects={"test": 9}, width=80)
    assert max(map(len, text.splitlines())) <= 80
    assert all(f"{i / 100:.2f}" in text for i in range(20))


def test_of_one_subject_a_line_says_why_there_are_no_intervals():
    text = render(scores(np.nan, np.nan), n_subjects={"test": 1}, width=100)
    assert "No intervals: 1 test subject, at least 2 are needed." in text
    assert "[" not in text


def test_the_kind_of_interval_is_named():
    assert render(scores(), n_subjects={"test": 2}, width=100).count("95 % Student-t interval over subjects") == 2


def test_a_marked_split_and_the_mean_over_recordings_are_named():
    marked = scores(split="test (within subject)", aggregation="mean_per_recording", n=24)
    text = render(marked, n_subjects={"test": 12}, width=100)
    assert "test (within subject), mean over 24 recordings of 12 subjects" in text


def test_undefined_scores_are_dashes_and_zero_has_no_sign():
    odd = [
        Score("linear", "accuracy", "test", "pooled", np.nan, np.nan, np.nan, 9),
        Score("linear", "cohen_kappa", "test", "pooled", -0.001, -0.2, 0.1, 9),
    ]
    row = render(odd, n_subjects={"test": 9}, width=100).splitlines()[3]
    assert row.split() == ["linear", "–", "0.00", "[-0.20,", "0.10]"]


def test_markdown_has_the_same_cells():
    text = markdown(scores(), n_subjects={"test": 12})
    assert "| probe | balanced accuracy | accuracy | κ | macro-F1 |\n|---|---|---|---|---|\n" in text
    assert "| random weights | " + " | ".join(["0.62 [0.55, 0.69]"] * 5) + " |" in text
    assert text.count("**") == 4
    assert text.count("over subjects") == 2


def test_scores_of_a_frame_are_rendered_for_every_split_and_aggregation(frame, classes):
    text = render(score(frame, classes=classes), n_subjects={"valid": 3, "test": 8}, width=100)
    assert text.count("κ") == 6
    assert text.count("95 % Student-t interval over subjects") == 12
    assert text.count("test, mean over 16 recordings of 8 subjects, each weighted by its windows") == 2


def test_subjects_are_counted_where_something_was_predicted_of_them():
    frame = pd.DataFrame({"split": ["test", "test", "test", "valid"], "subject": ["a", "a", "b", "c"]})
    assert n_subjects_of(frame) == {"test": 2, "valid": 1}


def test_macro_figures_say_over_how_many_classes_they_are_and_absent_classes_are_named(frame, classes):
    test = frame[(frame["split"] == "test") & (frame["label"] != "N3")].copy()
    test.loc[(test["probe"] == "linear") & (test["predicted"] == "N3"), "predicted"] = "W"
    absent = {"train": (), "test": ("N3",)}
    text = render(score(test, classes=classes), n_subjects={"test": 8}, width=300, absent=absent)
    assert (
        "Balanced accuracy is a mean over 4 of 5 classes. Macro-F1 is a mean over 4 of 5 classes, chance over 5. "
        in text
    )
    assert text.count("No window of test is labelled N3.") == 6
    complete = render(score(frame, classes=classes), n_subjects={"valid": 3, "test": 8}, width=300)
    assert complete.count("Balanced accuracy and macro-F1 are means over 5 classes.") == 2
    assert "labelled" not in complete


def test_a_class_that_nothing_names_has_no_column_and_is_named_below(frame, classes):
    absent, n = {"valid": ("REM2",), "test": ("REM2",)}, {"valid": 3, "test": 8}
    text = render(score(frame, classes=(*classes, "REM2")), n_subjects=n, width=300, absent=absent)
    assert "Balanced accuracy and macro-F1 are means over 5 classes." in text
    assert text.count("No window is labelled REM2.") == text.count("REM2") == 12
