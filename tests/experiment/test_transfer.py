"""An encoder is trained on one set and tested on another, and each set has a root of its own."""

import json
from pathlib import Path

import pandas as pd
import pytest
from safetensors.torch import load_file

from eegbench.__main__ import main

FAST = [
    *("figures=[]", "tracking=folder", "trainer.max_passes=1", "sampler.n_pairs=50", "model.n_filters=4"),
    *("model.embed_dim=8", "store.n_workers=1", "device=cpu"),
]


@pytest.fixture(scope="module")
def joined(tmp_path_factory) -> list[str]:
    """Words for two simulated sets of other seeds, each below a root of its own."""
    words = ["dataset=joined", "dataset@dataset.sets.away=simulated_sleep"]
    for name, n_subjects, seed in (("home", 3, 7), ("away", 3, 8)):
        options = {"n_subjects": n_subjects, "seed": seed, "hours": 1.0, "root": tmp_path_factory.mktemp(name)}
        words += [f"dataset.sets.{name}.{key}={value}" for key, value in options.items()]
    return words


@pytest.fixture(scope="module")
def outputs(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture(scope="module")
def transfer(joined, outputs):
    """Train on joined sets; return the run's folder."""

    def run(*words: str) -> Path:
        before = set(outputs.glob("runs/*"))
        assert main(["train", *joined, "split=by_set", *FAST, f"paths.outputs={outputs}", *words]) == 0
        (folder,) = set(outputs.glob("runs/*")) - before
        return folder

    return run


@pytest.fixture(scope="module")
def finished(transfer) -> Path:
    return transfer()


@pytest.mark.slow
def test_one_set_trains_and_chooses_and_the_other_tests(finished):
    ids = json.loads((finished / "split.json").read_text())
    assert ids["test"]["subjects"] == ["away-00", "away-01", "away-02"]
    assert sorted(ids["train"]["subjects"] + ids["valid"]["subjects"]) == ["home-00", "home-01", "home-02"]
    assert ids["seen"] == {"SimulatedSleep (seed 7)": ["00", "01", "02"]}
    scores = pd.read_csv(finished / "scores.csv")
    assert set(scores["split"]) == {"train", "valid", "test"}
    windows = pd.read_parquet(finished / "windows.parquet")
    splits = windows.groupby("set")["split"].unique().map(sorted)
    assert splits.to_dict() == {"away": ["test"], "home": ["train", "valid"]}


def test_the_roots_are_apart_and_the_summary_counts_each_set(finished, joined):
    for word in (word for word in joined if ".root=" in word):
        assert list(Path(word.partition("=")[2]).glob("*/*-PSG.edf"))
    covered = json.loads((finished / "summary.json").read_text())["coverage"]
    assert covered == "home: all 3 subjects, all 3 recordings; away: all 3 subjects, all 3 recordings"


@pytest.mark.slow
def test_an_encoder_goes_from_set_to_set_and_only_people_it_saw_are_marked(transfer, finished, capfd):
    again = transfer(f"encoder={finished}", "trainable=none")
    saved = {name: t for name, t in load_file(finished / "model" / "model.safetensors").items() if "encoder." in name}
    n_values = sum(tensor.numel() for tensor in saved.values())
    told = f"all {len(saved)} tensors of the encoder are loaded ({n_values:,} numbers)"
    assert told in capfd.readouterr().err
    assert json.loads((again / "summary.json").read_text())["transductive_subjects"] == []  # 00 of away is another 00
    turned = transfer(f"encoder={finished}", "split.train=[away]", "split.test=[home]", "split.n_valid=1")
    seen = json.loads((turned / "summary.json").read_text())["transductive_subjects"]
    assert seen == ["home-00", "home-01", "home-02"]
    assert "test (transductive)" in set(pd.read_csv(turned / "scores.csv")["split"])


@pytest.mark.study
def test_a_multirun_over_sets_takes_the_root_of_each_from_the_users_own_paths(joined, finished, tmp_path):
    home, away = (Path(word.partition("=")[2]) for word in joined if ".root=" in word)
    (nights,) = home.iterdir()
    options = {
        "dataset/short_nights": "defaults: [simulated_sleep, _self_]\nn_subjects: 3\nhours: 1.0\nseed: 8\n",
        "paths/mine": f"defaults: [default, _self_]\nroots: {{simulated_sleep: {away}, sleep_physionet: {nights}}}\n",
    }
    for name, text in options.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / f"{name}.yaml").write_text(text)
    words = ["dataset=short_nights,sleep_physionet", "paths=mine", "split.n_valid=1", "split.n_test=1"]
    outputs = tmp_path / "outputs"
    assert main(["train", "-m", f"--config-dir={tmp_path}", *words, *FAST, f"paths.outputs={outputs}"]) == 0
    jobs = [json.loads((folder / "summary.json").read_text()) for folder in sorted(outputs.glob("sweeps/*/[01]"))]
    assert [job["coverage"] for job in jobs] == [
        "all 3 subjects, all 3 recordings",
        "3 subjects, 3 recordings",
    ]
    assert not (outputs / "stores" / "simulated_sleep").exists()
