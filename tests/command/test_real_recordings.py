"""The program on real recordings."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from eegbench.__main__ import main

FAST = ["figures=[]", "tracking=folder", "trainer.max_passes=1", "device=cpu"]


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
