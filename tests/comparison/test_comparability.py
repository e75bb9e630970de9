import pytest

from eegbench.comparison.comparability import check_comparable, differing_windows
from eegbench.comparison.groups import group_runs


def check(*runs, by=("trainer.lr",)):
    groups = group_runs(runs, by)
    check_comparable(groups, "test")
    return groups


def test_runs_that_test_the_same_subjects_of_the_same_dataset_pass(make_run):
    assert len(check(make_run(), make_run(seed=1), make_run(trainer__lr=1))) == 2


def test_different_datasets_are_refused(make_run):
    with pytest.raises(ValueError, match=r"\([0-9a-f]{8}\) is on toy and .* on nights; different datasets"):
        check(make_run(), make_run(tags={"dataset": "nights"}, seed=1))


def test_different_classes_are_refused(make_run):
    with pytest.raises(ValueError, match="has the classes left, right and .* W, R; different classes"):
        check(make_run(), make_run(classes=("W", "R"), seed=1))


def test_the_same_names_with_other_labels_are_refused(make_run):
    exchanged = {"left": "right", "right": "left"}
    other = make_run(
        trainer__lr=1, dataset__hours=8, change=lambda frame: frame.assign(label=frame["label"].map(exchanged))
    )
    with pytest.raises(
        ValueError, match=r"labels for recording r0 at 0 s .*under the same names \(dataset\.hours=5 and 8\), which"
    ):
        check(make_run(dataset__hours=5), other)


def test_within_subject_beside_between_subject_is_refused(make_run):
    with pytest.raises(ValueError, match="'seed 1'.* tests subjects that it also trained on, .* does not"):
        check(make_run(), make_run(within=True, seed=1))
    assert check(make_run(within=True), make_run(within=True, trainer__lr=1))


def test_transductive_beside_not_is_refused(make_run):
    with pytest.raises(ValueError, match="'seed 1'.* was trained on signals of its test subjects"):
        check(make_run(), make_run(transductive=True, seed=1))


def test_groups_that_test_other_subjects_are_refused_with_who(make_run):
    with pytest.raises(ValueError, match=r"different test subjects \(only the first: s0; only the second: s8\)"):
        check(make_run(), make_run(subjects=range(1, 9), trainer__lr=1))


def test_a_group_that_misses_a_draw_of_subjects_is_refused(make_run):
    def both(lr):
        return [make_run(subjects=range(6 * s, 6 * s + 6), split__seed=s, trainer__lr=lr) for s in (0, 1)]

    assert len(check(*both(1), *both(2))) == 2
    with pytest.raises(ValueError, match="cannot be compared in one table: run both with the same split, split.seed"):
        check(*both(1), both(2)[0])


def test_other_windows_of_the_same_subjects_are_seen(make_run):
    one = make_run(trainer__lr=1)
    fewer = make_run(trainer__lr=1, change=lambda frame: frame[frame["start_s"] > 4])
    assert differing_windows(check(make_run(), fewer))
    assert not differing_windows(check(make_run(), one))


def test_a_mean_over_runs_on_different_recordings_is_refused(make_run):
    raw, clean = make_run(dataset__root="raw"), make_run(dataset__root="clean", recordings="b")
    with pytest.raises(ValueError, match=r"different recordings \(dataset\.root=raw and clean, so add it to"):
        check(raw, clean)
    assert len(check(raw, clean, by=("dataset.root",))) == 2
    with pytest.raises(ValueError, match="files in its folders were added, removed or changed in between"):
        check(raw, make_run(seed=1, dataset__root="raw", recordings="b"))
