"""Comparisons of pretext tasks: their protocols, their jobs, and their table with label curves."""

import re
import shlex

import pandas as pd
import pytest
from options import composed

from eegbench.__main__ import main

PUBLISHED = ["relative_positioning", "temporal_shuffling", "cpc", "autoencoder", "supervised"]


@pytest.mark.parametrize("task", [*PUBLISHED, "simclr", "vicreg"])
def test_the_protocol_is_that_of_the_paper(task):
    found = composed(f"experiment=banville2021/{task}")
    trainer, optimiser = found["trainer"], found["trainer"]["optimizer"]
    assert (trainer["lr"], trainer["max_passes"], optimiser["weight_decay"]) == (5e-4, 150, 1e-3)
    assert optimiser["betas"] == [0.9, 0.999]
    assert (trainer["batch_size"], trainer["patience"]) == ((32, 6) if task == "cpc" else (256, 10))
    assert found["preprocessing"]["signal"]["h_freq"] == 30.0
    assert (found["preprocessing"]["window_s"], found["preprocessing"]["normalise"]) == (30.0, "window")
    assert set(found["probe"]["of"]) == {"label_curve", "label_curve_finetune", "random_forest"}
    forest = found["probe"]["of"]["random_forest"]
    assert (forest["n_trees"], forest["max_depth"]) == (300, 15)
    assert found["probe"]["hand_made"]["_target_"] == "eegbench.model.banville_features.BanvilleFeatures"
    if task in ("relative_positioning", "temporal_shuffling"):
        assert found["task"]["dropout"] == 0.5
        assert 2000 in (found["sampler"].get("n_pairs"), found["sampler"].get("n_triplets"))


@pytest.mark.parametrize("task", [*PUBLISHED, "simclr", "vicreg"])
def test_mental_arithmetic_has_the_classical_decoders_of_trials_as_controls(task):
    found = composed(f"experiment=mental_arithmetic_ssl/{task}")
    assert set(found["probe"]["of"]) == {"label_curve", "csp_lda", "tangent_space"}


def test_the_experiment_of_the_comparisons_name_is_relative_positioning():
    alone, named = composed("experiment=banville2021_sleep"), composed("experiment=banville2021/relative_positioning")
    assert {key: alone[key] for key in ("task", "sampler", "trainer", "probe")} == {
        key: named[key] for key in ("task", "sampler", "trainer", "probe")
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sweep", "experiments", "n_folds"),
    [
        ("banville2021_sleep", [f"banville2021/{task}" for task in PUBLISHED], 1),
        (
            "mental_arithmetic_ssl",
            [f"mental_arithmetic_ssl/{task}" for task in (*PUBLISHED, "simclr", "vicreg")],
            3,
        ),
    ],
)
def test_a_sweep_trains_each_task_on_each_fold(capfd, tmp_path, sweep, experiments, n_folds):
    words = ["dataset=simulated_sleep", "sweep.dry_run=true", f"paths.outputs={tmp_path}"]
    assert main(["train", f"+sweep={sweep}", *words]) == 0
    printed = capfd.readouterr().out
    found = re.findall(r"experiment=(\S+)", printed)
    assert sorted(found) == sorted(n_folds * experiments)


@pytest.mark.study
def test_the_comparison_ends_in_a_table_with_a_label_curve_of_each_task(capfd, tmp_path):
    small = ["dataset=simulated_sleep", "dataset.n_subjects=8", "dataset.hours=2", "split.n_valid=2", "split.n_test=3"]
    few = ["n_labels=[1,5]", "n_subjects=[2]", "n_draws=2"]
    curves = [f"probe.of.{name}.{word}" for name in ("label_curve", "label_curve_finetune") for word in few]
    passes = ["trainer.max_passes=1", "probe.of.label_curve_finetune.probe.trainer.max_passes=2", "figures=[]"]
    # in words of a multirun, keys are those of words, not of jobs
    probes = "probe=[label_curve,label_curve_finetune,random_forest]"
    words = [*small, probes, *curves, *passes, f"paths.outputs={tmp_path / 'out'}", "device=cpu", "store.n_workers=1"]
    assert main(["train", "+sweep=banville2021_sleep", *words]) == 0
    command = shlex.split(re.search(r"^table: +eegbench (.*)$", capfd.readouterr().out, re.M)[1])
    command[command.index("--group-by") + 1] = "task"
    assert main([*command, f"--into={tmp_path / 'table'}", "--no-log"]) == 0
    points = pd.read_csv(tmp_path / "table" / "label_curve.csv")
    controls = {"random_weights", "hand_made", "supervised, from random weights"}
    assert set(points["probe"]) == {*PUBLISHED, *controls}
    assert (points.loc[points["axis"] == "labels", "n_subjects"] == 3).all()
    table = pd.read_csv(tmp_path / "table" / "table.csv")
    assert set(table.loc[table["kind"] == "group", "name"]) == set(PUBLISHED)
    of_table = ["random_weights", "hand_made", "random_forest_hand_made", "majority", "chance"]
    assert list(table.loc[table["kind"] == "control", "name"]) == of_table
