from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from eegbench.comparison.groups import group_runs
from eegbench.comparison.notes import difference_note, interval_note, notes, ranking_note
from eegbench.comparison.tables import Question, compare_groups

CONTROLS = ("random_weights", "hand_made", "majority", "chance")


def compare(runs, reference=None, metric="balanced_accuracy", by=("trainer.lr",)):
    question = Question(by, metric, "pooled", "test", reference)
    return compare_groups(group_runs(runs, by), question)


@pytest.fixture
def three(make_run):
    """Three groups of two seeds on eight subjects."""
    return [make_run(skill, trainer__lr=lr, seed=s) for lr, skill in ((1, 0.6), (2, 0.9), (3, 0.62)) for s in (0, 1)]


def test_groups_stand_best_first(make_run):
    runs = [make_run(skill, trainer__lr=lr) for lr, skill in (("a", 0.6), ("b", 0.9), ("c", 0.7))]
    found = compare(runs)
    assert [entry.name for entry in found.entries] == [group.name for group in found.groups] == ["lr=b", "lr=c", "lr=a"]


def test_groups_that_one_number_tells_apart_stand_in_its_order(make_run):
    runs = [make_run(skill, trainer__lr=lr) for lr, skill in ((10, 0.7), (9, 0.6), (1, 0.9))]
    found = compare(runs, by=("trainer.lr", "task"))
    assert (
        [entry.name for entry in found.entries] == [group.name for group in found.groups] == ["lr=1", "lr=9", "lr=10"]
    )
    assert [(one.a, one.b) for one in found.pairs] == [("lr=1", "lr=10"), ("lr=1", "lr=9"), ("lr=10", "lr=9")]


def test_controls_stand_below_groups(three):
    found = compare(three)
    table = found.table()
    assert table["name"].iloc[1] == "lr=2"
    assert list(table["name"])[3:] == list(CONTROLS)
    assert list(table["kind"]) == ["group"] * 3 + ["control"] * 4
    assert list(table["n_seeds"][:3]) == [2, 2, 2]
    assert set(table["n_replicates"][3:]) == {6}
    assert table["trainer.lr"].iloc[1] == "2"
    assert table["ci_low"].notna().all()


def test_controls_of_windows_stand_between_those_of_the_encoder_and_guesses(three):
    found = compare([replace(run, counts=run.counts | {"csp_lda": run.counts["hand_made"]}) for run in three])
    assert list(found.table()["name"])[3:] == [*CONTROLS[:2], "csp_lda", *CONTROLS[2:]]
    values = {entry.name: entry.value for entry in found.controls}
    assert values["csp_lda"] == values["hand_made"]
    assert {one.b for one in found.against_controls} == {*CONTROLS, "csp_lda"}


def test_every_pair_is_compared_or_each_group_with_the_reference(three):
    pairs = compare(three).pairs
    assert len(pairs) == 3
    assert all(one.value >= 0 for one in pairs)
    against = compare(three, reference="lr=2").pairs
    assert [(one.b, one.value < 0) for one in against] == [("lr=2", True)] * 2
    smallest = min(against, key=lambda one: one.p)
    assert smallest.p_holm == pytest.approx(2 * smallest.p)  # of two, not of three


def test_each_group_is_compared_with_the_controls_of_its_own_runs(three):
    found = compare(three)
    assert len(found.against_controls) == 12
    best = {one.b: one for one in found.against_controls if one.a == "lr=2"}
    own = compare([run for run in three if run.run.parameters["trainer.lr"] == "2"])
    control = {entry.name: entry.value for entry in own.controls}
    assert best["hand_made"].value == pytest.approx(found.entries[1].value - control["hand_made"])
    assert set(found.differences()["kind"]) == {"groups", "control"}


def test_the_values_of_subjects_give_the_tests_back(three):
    from eegbench.score.paired import wilcoxon_p

    found = compare(three)
    wide = found.by_subject().pivot_table(index="subject", columns="name", values="value")
    first = found.pairs[0]
    assert wilcoxon_p((wide[first.a] - wide[first.b]).to_numpy()) == pytest.approx(first.p)


def test_one_group_stands_beside_the_controls_alone(make_run):
    found = compare([make_run(seed=0), make_run(seed=1)])
    assert found.pairs == ()
    assert found.ranking is None
    assert "No critical-difference diagram: 1 group, at least 3" in ranking_note(found)
    assert len(found.against_controls) == 4


def test_below_six_subjects_it_says_that_there_is_no_p(make_run):
    found = compare([make_run(subjects=range(5), trainer__lr=lr) for lr in (1, 2, 3)])
    assert np.isfinite([entry.ci_low for entry in found.entries]).all()
    assert np.isfinite([one.ci_low for one in found.pairs]).all()
    assert np.isnan([one.p for one in found.pairs]).all()
    assert "No p-values: 5 test subjects, at least 6 are needed." in difference_note(found, 0)
    assert "No critical-difference diagram: 5 subjects, at least 6" in ranking_note(found)


def test_of_one_subject_it_says_that_there_is_no_interval(make_run):
    found = compare([make_run(subjects=range(1), trainer__lr=lr, seed=s) for lr in (1, 2) for s in (0, 1)])
    assert np.isnan([entry.ci_low for entry in found.entries]).all()
    assert interval_note(found) == "No intervals: 1 test subject, at least 2 are needed."


def test_the_note_says_whether_intervals_contain_the_variation_over_seeds(three):
    assert interval_note(compare(three)) == (
        "[low, high]: 95 % Student-t interval over subjects and replicates (seeds × draws of subjects) together."
    )
    assert interval_note(compare(three[:-1])).endswith("for groups with one replicate, over subjects only.")
    assert interval_note(compare(three[::2])).endswith("so it does not contain the variation over seeds.")


def test_where_no_difference_could_be_significant_it_says_so(three, make_run):
    few = compare([make_run(subjects=range(6), trainer__lr=lr) for lr in (1, 2)])
    assert "cannot be significant" not in difference_note(few, 1)
    assert "With 6 subjects and 2 comparisons no corrected p can be below 0.062" in difference_note(few, 2)


def test_notes_say_what_a_reader_must_know(three, make_run):
    runs = [*three[:-1], make_run(0.6, trainer__lr=1, seed=0, task__dropout=0.5)]
    text = "\n".join(notes(compare(runs), Counter({"failed": 2, "without predictions": 1})))
    assert "3 runs left out: 2 failed, 1 without predictions." in text
    assert "Unequal numbers of seeds or runs" in text
    assert "lr=1: means over runs that also differ in task.dropout (0.5, –); to separate them, add" in text
    assert "averaged over all 6 runs" in text


def test_marks_and_valid_are_said(make_run):
    found = compare([make_run(within=True, trainer__lr=lr) for lr in (1, 2)])
    assert found.split == "test (within subject)"
    assert set(found.table()["split"]) == {"test (within subject)"}
    text = "\n".join(notes(found, Counter()))
    assert "(within subject)" in text
    assert "One seed per group" in text


def test_recordings_of_one_class_are_said_where_they_are_averaged(make_run):
    single = make_run(change=lambda frame: frame.assign(label="left"))
    groups = group_runs([single], ["model"])
    for aggregation, said in (("mean_per_recording", True), ("pooled", False)):
        found = compare_groups(groups, Question(("model",), "cohen_kappa", aggregation, "test", None))
        assert ("Every recording has only one class" in "\n".join(notes(found, Counter()))) is said


@pytest.mark.slow
def test_missing_folds_and_different_recordings_are_said(make_run):
    def runs(*folds, **changes):
        words = {"split__n_folds": 3, **changes}
        return [make_run(subjects=range(4 * k, 4 * k + 4), split__fold=k, **words) for k in folds]

    text = "\n".join(notes(compare([*runs(0, 2), *runs(0, 2, trainer__lr=1, recordings="b")]), Counter()))
    assert "lr=0.001; lr=1: without the fold 1, so not every subject is tested." in text
    assert "The groups have different recordings" in text
    text = "\n".join(notes(compare([*runs(0, 1, 2), *runs(0, 1, 2, trainer__lr=1)]), Counter()))
    assert "without the fold" not in text
    assert "different recordings" not in text


def test_the_notes_say_whose_the_controls_of_a_network_are(three):
    runs = [replace(run, probe="linear", control_probe="knn") for run in three]
    assert any(
        note.startswith("Scores are of linear, to which no controls are fitted: random weights and hand-made features")
        and "are those of knn" in note
        for note in notes(compare(runs), Counter())
    )


@pytest.mark.parametrize("metric", ["balanced_accuracy", "macro_f1"])
def test_a_macro_metric_says_over_how_many_classes_it_is(make_run, metric):
    run = make_run()
    name = {"balanced_accuracy": "Balanced accuracy", "macro_f1": "Macro-F1"}[metric]
    assert f"{name} is the mean over 2 classes." in notes(compare([run], metric=metric), Counter())
    more = replace(run, classes=(*run.classes, "both"))
    (said,) = [note for note in notes(compare([more], metric=metric), Counter()) if note.startswith(name)]
    assert "is the mean over 2 of 3 classes" in said
    assert said.endswith("no window of test is labelled both.")
