"""The experiments of the Dreem Open Datasets: each a multirun and its table, at toy size on simulated records."""

import json
import re
import shlex
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from forms import form_of
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from options import composed
from safetensors.torch import load_file
from torch import nn

from eegbench.__main__ import main
from eegbench.config import Spec, conf_folder
from eegbench.experiment.options import read_experiment
from eegbench.launch.job_list import read_jobs
from eegbench.launch.plugin import register
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder
from eegbench.model.sequence import SequenceEncoder

TOY = (
    *("dataset.n_subjects=5", "dataset.hours=0.5", "preprocessing.signal.channels=[C3_M2,F4_O2,EMG]"),
    *("sampler.length=3", "trainer.max_passes=1", "store.n_workers=1", "device=cpu", "figures=[]"),
)
"""Options that make a job take seconds; what a suite sets itself is typed again after them."""

WHOLE = "simple_sleep_net"

SIZE = "model.signals.epoch_encoder.hidden_dim"


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Folder of the simulated records and their shards, for all suites."""
    return tmp_path_factory.mktemp("stores")


@pytest.fixture
def suite(stores, tmp_path, capfd):
    """Run a multirun at toy size and the command of its table that it prints; return its folder and that table."""

    def run(sweep, *words, toy=TOY):
        places = [f"paths.outputs={tmp_path}", f"paths.stores={stores}"]
        assert main(["train", f"+sweep={sweep}", *toy, *places, *words]) == 0
        (folder,) = (tmp_path / "sweeps").iterdir()
        command = shlex.split(re.search(r"^table: +eegbench (.*)$", capfd.readouterr().out, re.M)[1])
        assert main([*command, f"--into={tmp_path / 'table'}", *(["--no-log"] * (command[0] == "compare"))]) == 0
        name = "table.csv" if command[0] == "compare" else "pooled_scores.csv"
        return folder, pd.read_csv(tmp_path / "table" / name)

    return run


def groups(table):
    return table[table["kind"] == "group"].reset_index(drop=True)


def config(job):
    return OmegaConf.load(job / "config.yaml")


def splits(job):
    found = json.loads((job / "split.json").read_text())
    return {name: set(found[name]["subjects"]) for name in ("train", "valid", "test", "in_no_split")}


@pytest.mark.study
def test_folds_test_every_record_once_in_one_table(suite):
    folder, table = suite("folds", "split.n_folds=3")
    tested = [splits(folder / str(fold))["test"] for fold in range(3)]
    assert sorted(map(len, tested)) == [1, 2, 2]
    assert set.union(*tested) == {f"H{number:02d}" for number in range(5)}
    network = table[(table["probe"] == "network") & (table["aggregation"] == "pooled")]
    assert set(network["n"]) == {5 * 60}


@pytest.mark.study
def test_networks_are_rows_on_the_same_folds_and_sleep_epochs(suite):
    toy = [word for word in TOY if not word.startswith("sampler.")]
    words = ["split.n_folds=2", "experiment=simple_sleep_net,seq_sleep_net,chambon_context"]
    folder, table = suite("networks", *words, toy=toy)
    of = groups(table).set_index("name")
    assert set(of.index) == {"simple_sleep_net", "seq_sleep_net", "chambon_context"}
    assert set(of["n_runs"]) == {2}
    assert of["n_windows"].to_dict() == {  # the first and the last ten sleep epochs are the middle of no window of 21
        **{"simple_sleep_net": 5 * 60, "seq_sleep_net": 5 * 60, "chambon_context": 5 * 40}
    }
    assert {"hand_made", "random_weights"} <= set(table["name"])
    assert [len(splits(folder / str(job))["test"]) for job in range(6)] == [3, 3, 3, 2, 2, 2]


@pytest.mark.study
def test_a_learning_curve_has_a_row_a_size_in_order_and_says_who_is_left_out(suite):
    words = ["split.n_train=1,3", "seed=0,1", "split.n_valid=1", "split.n_test=1"]
    folder, table = suite("learning_curve", *words)
    assert list(groups(table)["split.n_train"]) == [1, 3]
    assert list(groups(table)["n_seeds"]) == list(groups(table)["n_replicates"]) == [2, 2]
    jobs = {(config(job).split.n_train, config(job).seed): job for job in (folder / str(n) for n in range(4))}
    for seed in (0, 1):
        small, large = splits(jobs[1, seed]), splits(jobs[3, seed])
        assert small["train"] < large["train"]
        assert (small["valid"], small["test"]) == (large["valid"], large["test"])
        assert small["in_no_split"] == large["train"] - small["train"]
        summary = json.loads((jobs[1, seed] / "summary.json").read_text())
        assert summary["counts"]["in no split"]["n_subjects"] == 2
        assert any(note.startswith("2 of 5 subjects are in no split: H0") for note in summary["notes"])
    assert splits(jobs[1, 0]) != splits(jobs[1, 1])


@pytest.mark.study
@pytest.mark.parametrize(("source", "target"), [("dod_o", "dod_h"), ("dod_h", "dod_o")])
def test_transfer_trains_on_one_set_and_tests_all_of_the_other_with_other_trainers_a_trial(suite, source, target):
    sets = [f"dataset.sets.{name}.{word}" for name in (source, target) for word in ("n_subjects=4", "hours=0.5")]
    toy = [word for word in TOY if not word.startswith(("dataset.", "preprocessing."))]
    words = ["seed=0,1", f"split.train=[{source}]", f"split.test=[{target}]"]
    folder, table = suite("transfer", *words, toy=[*toy, *sets])
    (row,) = groups(table).to_dict("records")
    assert (row["n_seeds"], row["n_subjects"]) == (2, 4)
    trials = [splits(folder / str(job)) for job in (0, 1)]
    for trial in trials:
        assert trial["test"] == {f"{target}-{target[-1].upper()}{number:02d}" for number in range(4)}
        assert (len(trial["train"]), len(trial["valid"])) == (3, 1)
        assert {name.partition("-")[0] for name in trial["train"] | trial["valid"]} == {source}
    form = json.loads((folder / "0" / "network" / "model.json").read_text())
    assert "F3_O1" in json.dumps(form)
    assert "ECG" not in json.dumps(form["form"])


@pytest.mark.study
def test_the_temporal_context_is_a_row_a_length(suite):
    _, table = suite("temporal_context", "sampler.length=1,5", "split.n_folds=2")
    assert list(groups(table)["sampler.length"]) == [1, 5]
    assert set(groups(table)["n_windows"]) == {5 * 60}


@pytest.mark.study
def test_the_size_of_the_model_is_that_of_all_its_parts(suite):
    folder, table = suite("model_size", f"{SIZE}=4,12", "split.n_folds=2")
    assert list(groups(table)[SIZE]) == [4, 12]
    for job, hidden_dim in ((0, 4), (1, 12)):
        options = config(folder / str(job))
        assert options.model.signals.reducer.context_dim == options.task.sequence.hidden_dim == hidden_dim


PARTS = {
    "average_pooling": r"encoder\.reducer\.",
    "unmixed_channels": r"encoder\.epoch_encoder\.channels\.",
    "all_frequencies": r"encoder\.epoch_encoder\.frequencies\.",
    "no_position": r"encoder\.features\.",
    "no_skip": r"sequence\.beside\.",
    "one_layer": r"sequence\.(layers|onward)\.1\.",
}
"""The weights of SimpleSleepNet that each ablation leaves out, in the order of the suite."""


@pytest.mark.study
def test_ablations_are_rows_by_name_next_to_the_whole_network_and_each_lacks_its_own_part_alone(suite):
    folder, table = suite("ablation", "split.n_folds=2", "split.fold=0")
    assert set(groups(table)["experiment"]) == {WHOLE, *(f"ablation/{name}" for name in PARTS)}
    assert set(groups(table)["n_windows"]) == {3 * 60}
    lacking = []
    for job in (folder / str(number) for number in range(1 + len(PARTS))):
        weights = [name.replace(".signals.", ".") for name in load_file(job / "network" / "model.safetensors")]
        lacking.append([name for name, part in PARTS.items() if not any(re.match(part, one) for one in weights)])
        history = pd.read_csv(job / "history.csv").set_index("pass")
        assert np.isfinite(history.loc[1, ["train_loss", "valid_loss"]].astype(float)).all()
    assert lacking == [[], *([name] for name in PARTS)]


@pytest.mark.study
def test_a_single_channel_is_compared_with_all(suite):
    toy = [word for word in TOY if not word.startswith("preprocessing.")]
    folder, table = suite("single_channel", "split.n_folds=2", toy=toy)
    assert set(groups(table)["experiment"]) == {"simple_sleep_net", "single_channel"}
    forms = [json.loads((folder / str(job) / "network" / "model.json").read_text())["form"] for job in (0, 1)]
    assert [len(form["groups"]["eeg"]["channels"]) for form in forms] == [16, 1]
    assert "drop" not in config(folder / "1").task.augmentations


@pytest.mark.study
def test_the_training_duration_is_the_number_of_passes_without_a_choice_among_them(suite):
    folder, table = suite("training_duration", "trainer.max_passes=1,3", "split.n_folds=2")
    assert list(groups(table)["trainer.max_passes"]) == [1, 3]
    for job, n_passes in ((0, 1), (1, 3)):
        summary = json.loads((folder / str(job) / "summary.json").read_text())
        assert summary["final_pass"] == summary["n_passes"] == n_passes


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["experiment=simple_sleep_net"], 111_012),
        (["experiment=seq_sleep_net"], 371_525),
        (["experiment=deep_sleep_net"], 20_480_325),
        (["experiment=ablation/average_pooling"], 109_712),
        (["experiment=ablation/unmixed_channels"], 110_740),
        (["experiment=ablation/all_frequencies"], 344_712),
        (["experiment=ablation/no_position"], 109_977),
        (["experiment=ablation/no_skip"], 105_662),
        (["experiment=ablation/one_layer"], 96_912),
        (["+sweep=model_size", f"{SIZE}=12"], 47_364),
        (["+sweep=model_size", f"{SIZE}=50"], 282_812),
    ],
)
def test_networks_ablations_and_sizes_have_the_published_numbers_of_weights(words, expected):
    made = composed(*words)
    has_position = set(made["preprocessing"]["features"]) == {"index", "cycles"}
    form = form_of([f"C{number}" for number in range(16)], 100.0, 3000)
    form = replace(form, features={"index": 1, "cycles": 5} if has_position else {})
    encoder = build_encoder(Spec(made["model"], Encoder, "model"), form)
    sequence = Spec(made["task"]["sequence"], SequenceEncoder, "task.sequence").build(in_dim=encoder.embed_dim)
    parts = (encoder, sequence, nn.Linear(sequence.out_dim, 5))
    assert sum(weights.numel() for part in parts for weights in part.parameters()) == expected


def listed(*words):
    """Return the overrides of the jobs of a multirun, without composing each."""
    register()
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        jobs = read_jobs(compose("train", overrides=["name=test", *words], return_hydra_config=True))
    return [dict(word.lstrip("+").split("=", 1) for word in job) for job in jobs.words]


SIZES = [1, 2, 3, 5, 7, 9, 12, 15, 19]
ABLATIONS = ["all_frequencies", "average_pooling", "no_position", "no_skip", "one_layer", "unmixed_channels"]
NETWORKS = ["simple_sleep_net", "seq_sleep_net", "deep_sleep_net", "chambon_context", "tsinalis", "mixed_net"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "key", "values", "other", "n_others"),
    [
        (["networks"], "experiment", NETWORKS, "split.fold", 25),
        (["networks", "split.n_folds=28"], "experiment", NETWORKS, "split.fold", 28),
        (["learning_curve"], "split.n_train", SIZES, "seed", 20),
        (["learning_curve_dod_o"], "split.n_train", [*SIZES, 25, 30], "seed", 20),
        (["temporal_context"], "sampler.length", [1, 3, 5, 7, 11, 15, 17, 21], "split.fold", 25),
        (["model_size"], SIZE, [12, 25, 50], "split.fold", 25),
        (["single_channel"], "experiment", [WHOLE, "single_channel"], "split.fold", 25),
        (["training_duration"], "trainer.max_passes", [1, 2, 5, 10, 20, 50, 100], "split.fold", 25),
        (["ablation"], "experiment", [WHOLE, *(f"ablation/{name}" for name in ABLATIONS)], "split.fold", 25),
        (["transfer"], "sweep", ["transfer"], "seed", 20),
    ],
)
def test_a_suite_has_the_published_jobs(words, key, values, other, n_others):
    pairs = [(job[key], int(job[other])) for job in listed(f"+sweep={words[0]}", *words[1:])]
    assert len(pairs) == len(set(pairs)) == len(values) * n_others
    assert {value for value, _ in pairs} == {str(value) for value in values}
    assert {number for _, number in pairs} == set(range(n_others))


@pytest.mark.slow
def test_a_dry_run_prints_all_jobs_of_a_learning_curve(capfd, tmp_path):
    words = ["dataset=dod_h", "dataset.root=/there", "sweep.dry_run=true", f"paths.outputs={tmp_path}"]
    assert main(["train", "+sweep=learning_curve", *words]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].startswith("180 jobs would run")
    assert "split.n_train=19 seed=19" in lines[-1]
    assert len(lines) == 181


@pytest.mark.parametrize(
    ("sweep", "words"),
    [
        ("networks", ["dataset=dod_h", "dataset.root=/there"]),
        ("networks", ["dataset=dod_o", "dataset.root=/there", "split.n_folds=28"]),
        ("transfer", ["dataset=dod_both", "paths.roots.dod_h=/h", "paths.roots.dod_o=/o"]),
    ],
)
def test_a_job_composes_and_fits_with_the_published_sets(sweep, words):
    experiment = read_experiment(composed(f"+sweep={sweep}", *words))
    assert experiment.model.option == "with_features"
    assert experiment.dataset.card.n_subjects == {"dod_h": 25, "dod_o": 55, "dod_both": 80}[words[0].partition("=")[2]]
