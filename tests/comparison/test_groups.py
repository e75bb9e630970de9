import pytest

from eegbench.comparison.groups import find_group, group_runs


def test_seeds_are_replicates_and_folds_of_a_seed_are_one(make_run):
    runs = [
        make_run(subjects=range(4 * fold, 4 * fold + 4), seed=seed, split__fold=fold)
        for seed in (0, 1)
        for fold in (0, 1)
    ]
    (group,) = group_runs(runs, ["task", "model"])
    assert group.name == "supervised, chambon2018"
    assert [len(folds) for folds in group.replicates] == [2, 2]
    assert group.values("seed") == ("0", "1")
    assert group.mixed() == {}


def test_each_fold_may_start_from_an_encoder_of_its_own(make_run):
    runs = [make_run(subjects=[fold], split__fold=fold, encoder=f"runs/{fold}") for fold in range(3)]
    assert len(group_runs(runs, ["model"])[0].replicates) == 1


def test_a_subject_tested_by_two_folds_is_an_error_that_names_the_runs(make_run):
    runs = [make_run(subjects=[1, 2], split__fold=0), make_run(subjects=[2, 3], split__fold=1)]
    with pytest.raises(
        ValueError, match="subject s2 is tested by 'split__fold 0' .* and by 'split__fold 1' .*folds of one experiment"
    ):
        group_runs(runs, ["model"])


def test_a_groups_name_tells_what_it_has_alone(make_run):
    runs = [make_run(trainer__lr=lr, task__dropout=drop) for lr, drop in ((0.1, 0.5), (0.2, 0.5))]
    groups = group_runs(runs, ["task", "trainer.lr"])
    assert [group.name for group in groups] == ["lr=0.1", "lr=0.2"]
    assert groups[0].key == {"task": "supervised", "trainer.lr": "0.1"}
    for word in ("lr=0.2", "supervised, trainer.lr=0.2", "supervised, 0.2"):
        assert find_group(groups, word) is groups[1]
    with pytest.raises(
        ValueError, match=r"--reference lr=0\.3: there is no such group \(did you mean lr=0\.[12]\?\); there are lr"
    ):
        find_group(groups, "lr=0.3")


def test_parameters_whose_last_names_are_alike_keep_their_whole_names(make_run):
    runs = [make_run(task__dropout=1, model__dropout=1), make_run(task__dropout=2, model__dropout=2)]
    names = [group.name for group in group_runs(runs, ["task.dropout", "model.dropout"])]
    assert names == ["task.dropout=1, model.dropout=1", "task.dropout=2, model.dropout=2"]


def test_the_option_of_a_group_and_a_missing_parameter_have_values_too(make_run):
    runs = [make_run(sampler___target_="eegbench.sampler.single_window.SingleWindow"), make_run(sampler__tau_pos_s=5)]
    assert [g.key["sampler"] for g in group_runs(runs, ["sampler"])] == ["single_window", "–"]
    assert [g.name for g in group_runs(runs, ["sampler.tau_pos_s"])] == ["tau_pos_s=–", "tau_pos_s=5"]


def test_options_of_one_class_have_the_names_that_a_multirun_chose(make_run):
    target = "eegbench.model.modulo_net.ModuloNet"
    made = [make_run(reducer___target_=target, tags={"reducer": name, "model": name}) for name in ("seq", "deep")]
    assert [group.name for group in group_runs(made, ["model"])] == ["seq", "deep"]
    assert [group.name for group in group_runs(made, ["reducer"])] == ["reducer=seq", "reducer=deep"]


def test_classes_of_one_module_of_torch_are_told_apart(make_run):
    made = [make_run(trainer__optimizer___target_=f"torch.optim.{name}") for name in ("Adam", "AdamW")]
    assert [group.name for group in group_runs(made, ["trainer.optimizer"])] == ["optimizer=Adam", "optimizer=AdamW"]


def test_an_experiment_is_a_group_by_its_name_alone(make_run):
    made = [make_run(tags={"experiment": name}, model__size=size) for name, size in (("small", 1), ("large", 2))]
    assert [group.name for group in group_runs(made, ["experiment"])] == ["small", "large"]


def test_an_unknown_name_is_refused_with_the_nearest(make_run):
    with pytest.raises(ValueError, match=r"--group-by trainer.lrr: .*did you mean trainer.lr\?"):
        group_runs([make_run()], ["trainer.lrr"])


def test_a_group_knows_what_it_mixes_and_where_a_run_lies_is_nothing(make_run):
    runs = [make_run(trainer__lr=0.1, paths__outputs="a"), make_run(trainer__lr=0.2, paths__outputs="b", seed=1)]
    (group,) = group_runs(runs, ["model"])
    assert group.mixed() == {"trainer.lr": ["0.1", "0.2"]}
