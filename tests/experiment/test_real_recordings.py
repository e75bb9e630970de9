"""The program on real recordings."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from eegbench.__main__ import main

FAST = ["figures=[]", "tracking=folder", "trainer.max_passes=1", "device=cpu"]
EYES = [
    *(
        "experiment=eyes_open_closed",
        "model=shallow_fbcsp",
        "preprocessing.signal={l_freq: 1, h_freq: 45, exclude: []}",
    ),
    *("task.class_weights=none", "~augmentation@task.augmentations.noise", "trainer.decayed=all"),
    *("trainer/optimizer=adam", "trainer.optimizer.weight_decay=0.001", "trainer/schedule=constant"),
    *("trainer.lr=1e-3", "trainer.batch_size=32", "trainer.max_passes=30", "trainer.patience=null"),
    *("dataset.subjects=[1]", "split=within_subject", "split.gap_s=2", "split.n_valid=0.2", "split.n_test=0.2"),
]
"""One subject, and the shallow ConvNet as it is usually trained: docs/eyes_open_closed.md."""
FISTS = ["experiment=amplitude_perturbation", "dataset.subjects=[1]", "split=within_subject", "split.by=run"]
P300_TRIALS = {0: 7271, 1: 1372}
"""Windows by label, of 7,281 nontarget and 1,373 target events; 11 trials pass an end of their recording."""
AT_THE_BACK = {"P7", "P8", "PO7", "PO3", "POz", "PO4", "PO8", "O1", "Oz", "O2", "Iz"}


@pytest.mark.slow
@pytest.mark.realdata
def test_mental_arithmetic_holds_six_subjects_out_and_stays_near_chance(tmp_path, shared_data):
    words = ["experiment=mental_arithmetic", f"dataset.root={shared_data / 'eegmat'}", f"paths.outputs={tmp_path}"]
    assert main(["train", *words, *FAST]) == 0
    (folder,) = tmp_path.glob("runs/*")
    ids = json.loads((folder / "split.json").read_text())
    assert [len(ids[split]["subjects"]) for split in ("train", "valid", "test")] == [9, 3, 6]
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["coverage"] == "18 of 36 subjects, 36 of 72 recordings"
    scores = pd.read_csv(folder / "scores.csv").query("split == 'test' and aggregation == 'pooled'")
    value = scores[scores["metric"] == "balanced_accuracy"].set_index("probe")["value"]
    assert 0.35 < value["linear"] < 0.70  # much more would be a leak
    assert np.isfinite(scores["ci_low"]).any()


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("git-mangled/S001R02.html-page.edf", "HTML"),
        ("lfs-pointers/short_psg.edf", "git-lfs"),
        ("EDF.jl/test_merged.edf", "43194 s"),
        ("git-mangled/S001R02.truncated-header-says-61.edf", "truncated"),
    ],
)
def test_a_damaged_file_is_named_before_any_work(tmp_path, shared_data, capfd, name, words):
    folder = tmp_path / "nights"
    folder.mkdir()
    path = folder / "X-PSG.edf"
    shutil.copyfile(shared_data / "odd-edf" / name, path)
    options = ["dataset=sleep_physionet", f"dataset.root={folder}", "dataset.labelled=false", "split.n_test=0"]
    status = main(["train", *options, "split.n_valid=0", *FAST, f"paths.outputs={tmp_path / 'out'}"])
    error = capfd.readouterr().err
    assert status == 1
    assert words.lower() in error.lower()
    assert "X-PSG.edf" in error
    assert "Traceback" not in error


@pytest.mark.realdata
@pytest.mark.slow
def test_alpha_at_the_back_of_the_head_tells_closed_eyes(shared_data, tmp_path):
    words = [f"dataset.root={shared_data / 'eegbci'}", f"paths.outputs={tmp_path}", "figures=[]", "tracking=folder"]
    assert main(["train", *EYES, *words, "device=cpu"]) == 0
    (run,) = (tmp_path / "runs").iterdir()
    table = pd.read_parquet(run / "tables" / "interpretability" / "amplitude_perturbation.parquet")
    alpha = table[(table["output"] == "eyes_closed") & table["frequency_hz"].between(8, 13)]
    by_channel = alpha.groupby("channel")["value"].mean().sort_values(ascending=False)
    assert len(by_channel) == 64
    assert len(set(by_channel.index[:3]) & AT_THE_BACK) >= 2
    checks = pd.read_csv(run / "tables" / "interpretability" / "checks.csv").iloc[0]
    assert checks["deletion"] < checks["deletion_random"]
    assert checks["insertion"] > checks["insertion_random"]
    assert abs(checks["shuffled_similarity"]) < 0.3


@pytest.mark.realdata
@pytest.mark.study
def test_imagined_fists_are_trained_on_crops_judged_as_trials_and_explained(shared_data, tmp_path):
    words = [f"dataset.root={shared_data / 'eegbci'}", f"paths.outputs={tmp_path}", "figures=[]", "tracking=folder"]
    few = ["trainer.max_passes=2", "interpretability.published_amplitude_perturbation.n_iterations=1", "device=cpu"]
    assert main(["train", *FISTS, *words, *few, "split.valid_names=[]", 'split.test_names=["12"]']) == 0
    (run,) = (tmp_path / "runs").iterdir()
    summary = json.loads((run / "summary.json").read_text())
    assert (summary["counts"]["train"]["n_windows"], summary["n_examples"]) == (60, 120)
    predictions = pd.read_parquet(run / "predictions.parquet")
    tested = predictions[(predictions["split"] == "test") & (predictions["probe"] == "network")]
    assert len(tested) == 15  # trials, of two crops each
    table = pd.read_parquet(run / "tables" / "interpretability" / "published_amplitude_perturbation.parquet")
    assert len(table) == 2 * 64 * 226


@pytest.mark.study
@pytest.mark.realdata
def test_p300_keeps_every_trial_inside_a_recording_and_tests_one_subject(tmp_path, shared_data):
    words = [f"dataset.root={shared_data / 'bids' / 'p300'}", f"paths.outputs={tmp_path}"]
    assert main(["train", "experiment=p300", "split.fold=1", *words, *FAST]) == 0
    (folder,) = tmp_path.glob("runs/*")
    ids = json.loads((folder / "split.json").read_text())
    assert [len(ids[split]["subjects"]) for split in ("train", "valid", "test")] == [3, 1, 1]
    assert ids["test"]["subjects"] == ["02"]
    assert json.loads((folder / "summary.json").read_text())["coverage"] == "all 5 subjects, all 45 recordings"
    windows = pd.read_parquet(folder / "windows.parquet")
    assert windows["label"].value_counts().to_dict() == P300_TRIALS
    scores = pd.read_csv(folder / "scores.csv").query("split == 'test' and aggregation == 'pooled'")
    value = scores[scores["metric"] == "balanced_accuracy"].set_index("probe")["value"]
    assert 0.4 < value["network"] < 0.6  # much more would be a leak
