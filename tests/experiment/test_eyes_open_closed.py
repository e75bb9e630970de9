"""Eyes open against closed, and all conditions of EEGBCI, on simulated subjects of its layout."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from contract.test_options import composed
from eegbci_files import write_eegbci

from eegbench.__main__ import main
from eegbench.config import read_plain
from eegbench.experiment.options import read_experiment

SMALL = [
    *("model.dim=16", "model.n_layers=1", "model.n_heads=2", "trainer.schedule.warmup_steps=4"),
    *("trainer.max_passes=4", "trainer.batch_size=16", "interpretability=[]", "figures=[]", "tracking=folder"),
    *("device=cpu", "store.n_workers=1", "split.n_valid=1", "split.n_test=2"),
]


def run_of(tmp_path: Path, experiment: str, *words: str) -> Path:
    places = [f"dataset.root={tmp_path / 'eegbci'}", f"paths.outputs={tmp_path / 'out'}"]
    assert main(["train", f"experiment={experiment}", *places, *SMALL, *words]) == 0
    (run,) = (tmp_path / "out" / "runs").iterdir()
    return run


def summary_of(run: Path) -> dict:
    return json.loads((run / "summary.json").read_text())


@pytest.mark.slow
def test_eyes_open_and_closed_between_subjects(tmp_path):
    folder = write_eegbci(tmp_path / "eegbci", range(1, 7), [1, 2])
    write_eegbci(folder, [88], [1, 2], sfreq=128.0)
    run = run_of(tmp_path, "eyes_open_closed")
    summary, split = summary_of(run), json.loads((run / "split.json").read_text())
    subjects = [split[name]["subjects"] for name in ("train", "valid", "test")]
    assert [len(one) for one in subjects] == [3, 1, 2]
    assert len({name for one in subjects for name in one}) == 6  # without the one at 128 Hz
    assert any("Not recorded at 160 Hz: subjects 88; left out." in note for note in summary["notes"])
    assert summary["counts"]["train"]["n_windows"] == 3 * 2 * 6
    description = json.loads((run / "network" / "model.json").read_text())
    group = description["form"]["groups"]["eeg"]
    assert (len(group["channels"]), group["n_times"], group["sfreq"]) == (61, 320, 160.0)
    assert not {"T9", "T10", "Iz"} & set(group["channels"])
    history = pd.read_csv(run / "history.csv")
    assert history["lr"].tolist() == pytest.approx([5e-3, 5e-3 * 3 / 4, 5e-3, 5e-3 * 0.995, 5e-3 * 0.995**2])
    scores = pd.read_csv(run / "scores.csv").query("split == 'test' and probe == 'network'")
    assert np.isfinite(scores["value"]).any()


@pytest.mark.slow
def test_attention_is_explained_on_subjects_that_nobody_trained_on(tmp_path, capfd):
    write_eegbci(tmp_path / "eegbci", range(1, 7), [1, 2])
    words = ["interpretability=[attention_rollout]", "figures=[png]", "trainer.schedule.warmup_steps=1000"]
    run = run_of(tmp_path, "eyes_open_closed", *words)
    split = json.loads((run / "split.json").read_text())
    subjects = {name: set(split[name]["subjects"]) for name in ("train", "valid", "test")}
    assert not subjects["test"] & (subjects["train"] | subjects["valid"])
    assert not subjects["train"] & subjects["valid"]
    place = "interpretability/attention_rollout"
    figures = ("map.png", "scalp.png", "subjects.png", "matrix.png", "3d.png", "3d.html", "difference.png")
    assert all((run / "figures" / f"{place}_{name}").is_file() for name in figures)
    assert (run / "figures" / f"{place}.html").is_file()
    tokens = json.loads((run / "tables" / f"{place}_tokens.json").read_text())["tokens"]
    assert len(tokens) == 62
    with np.load(run / "tables" / f"{place}_windows.npz", allow_pickle=False) as kept:
        assert kept["by_window"].shape == (2 * 2 * 6, 61)
        np.testing.assert_allclose(kept["by_window"].sum(1), 1, rtol=1e-4)
        assert set(kept["subject"]) == subjects["test"]
        assert set(kept["condition"]) == {"eyes_open", "eyes_closed"}
        assert {"confidence", "predicted", "label", "recording", "start_s"} <= set(kept)
    with np.load(run / "tables" / f"{place}_subjects.npz", allow_pickle=False) as kept:
        assert (set(kept["subjects"]), kept["values"].shape) == (subjects["test"], (2, 2, 61, 320))
    facts = json.loads((run / "tables" / f"{place}.json").read_text())
    assert (facts["options"]["weighting"], facts["split"], facts["n_windows"]) == ("attention", "test", 24)
    assert {"shuffled_similarity", "deletion", "insertion", "deletion_random", "insertion_random"} <= set(facts)
    (note,) = (note for note in summary_of(run)["notes"] if "warmup_steps" in note)
    assert note.startswith("Training ended after 12 of trainer.schedule.warmup_steps=1000 steps")
    assert note in capfd.readouterr().err


@pytest.mark.slow
def test_subjects_at_128_hz_are_resampled_by_choice(tmp_path):
    folder = write_eegbci(tmp_path / "eegbci", range(1, 5), [1, 2])
    write_eegbci(folder, [88], [1, 2], sfreq=128.0)
    words = ["dataset.other_rate=resample", "trainer.max_passes=1"]
    run = run_of(tmp_path, "eyes_open_closed", *words)
    split = json.loads((run / "split.json").read_text())
    assert "088" in {name for part in ("train", "valid", "test") for name in split[part]["subjects"]}
    group = json.loads((run / "network" / "model.json").read_text())["form"]["groups"]["eeg"]
    assert (group["n_times"], group["sfreq"]) == (320, 160.0)
    counts = summary_of(run)["counts"]
    assert sum(counts[part]["n_windows"] for part in ("train", "valid", "test")) == 5 * 2 * 6
    assert any("subjects 88; resampled" in note for note in summary_of(run)["notes"])


@pytest.mark.slow
def test_all_conditions_are_one_training_set(tmp_path):
    write_eegbci(tmp_path / "eegbci", range(1, 5), [1, 2, 3, 4, 5, 6], rest_s=30)
    summary = summary_of(run_of(tmp_path, "eegbci_conditions", "trainer.max_passes=1", "split.n_test=1"))
    train = summary["counts"]["train"]
    how = [
        f"{what}_{kind}"
        for kind in ("moved", "imagined")
        for what in ("left_fist", "right_fist", "both_fists", "both_feet")
    ]
    assert {name: train[f"n_{name}"] for name in how} == dict.fromkeys(how, 2 * 2)  # two cues a run, two subjects
    assert (train["n_eyes_open"], train["n_eyes_closed"]) == (2 * 15, 2 * 15)


def experiment(name: str, *words: str):
    return read_experiment(composed(f"experiment={name}", *words))


def test_the_example_has_the_published_options():
    made = experiment("eyes_open_closed")
    trainer, model = made.trainer, made.model.node
    assert (trainer.lr, trainer.batch_size, trainer.max_passes, trainer.early_stopping.patience) == (5e-3, 64, 300, 100)
    assert (trainer.schedule.warmup_steps, trainer.schedule.decay, trainer.decayed) == (1000, 0.995, "weights")
    assert trainer.optimizer.keywords["weight_decay"] == 0.3
    assert (model["n_chunks"], model["dim"], model["n_layers"], model["n_heads"]) == (1, 128, 5, 8)
    assert (model["dropout"], model["token_dropout"], model["upstream_compat"]) == (0.0, 0.1, False)
    assert made.task.node["class_weights"] == "balanced"


def test_the_published_figures_have_their_sizes():
    made = experiment("eyes_open_closed_published")
    trainer, model = made.trainer, made.model.node
    assert (model["n_chunks"], model["dim"], model["n_layers"], model["dropout"]) == (4, 64, 3, 0.3)
    assert (model["n_positions"], model["upstream_compat"], trainer.decayed) == (5000, True, "all")
    assert (trainer.batch_size, trainer.schedule.warmup_steps) == (32, 500)
    assert trainer.optimizer.keywords["weight_decay"] == 0.1
    noise = made.task.node["augmentations"]["noise"]
    assert (noise["max_share"], noise["upstream_compat"]) == (0.2, True)
    assert not experiment("eyes_open_closed").task.node["augmentations"]["noise"]["upstream_compat"]
    chosen = "task.augmentations.noise.upstream_compat=true"
    assert experiment("eyes_open_closed", chosen).task.node["augmentations"]["noise"] == noise


def test_any_subset_of_the_conditions_can_be_trained_on():
    made = experiment("eegbci_conditions", "dataset.runs=[fists_feet_moved,eyes_closed]")
    assert made.dataset.classes == ("both_fists_moved", "both_feet_moved", "eyes_closed")


BANDS = {
    "eyes_open_closed_published": (None, 30.0),
    "band/delta": (None, 4.0),
    "band/theta": (4.0, 8.0),
    "band/alpha": (8.0, 12.0),
    "band/beta": (12.0, 30.0),
}


@pytest.mark.parametrize("name", BANDS)
def test_a_band_is_filtered_once_in_preprocessing_and_nothing_else_differs(name):
    made, whole = experiment(name), experiment("eyes_open_closed_published")
    assert (made.preprocessing.signal.l_freq, made.preprocessing.signal.h_freq) == BANDS[name]
    assert (made.model.node, made.task.node) == (whole.model.node, whole.task.node)
    assert {**made.options["trainer"]} == {**whole.options["trainer"]}


@pytest.mark.slow
def test_the_study_of_bands_is_20_jobs(capfd, tmp_path):
    root = write_eegbci(tmp_path / "eegbci", [1, 2, 3], [1, 2])
    words = [f"dataset.root={root}", "sweep.dry_run=true", f"paths.outputs={tmp_path}", "split.n_test=1"]
    assert main(["train", "+sweep=bands", *words]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].startswith("20 jobs would run")
    jobs = [tuple(sorted(re.findall(r"(?:experiment|seed)=(\S+)", line))) for line in lines[1:]]
    assert sorted(jobs) == sorted((str(seed), name) for seed in range(4) for name in BANDS)


@pytest.mark.study
def test_the_study_of_bands_ends_in_a_table_by_band(capfd, tmp_path):
    root = write_eegbci(tmp_path / "eegbci", range(1, 6), [1, 2])
    small = [word for word in SMALL if not word.startswith(("tracking", "model.dim"))]
    words = [*small, "model.dim=8", "seed=0,1", f"dataset.root={root}", f"paths.outputs={tmp_path / 'out'}"]
    assert main(["train", "+sweep=bands", *words]) == 0
    command = shlex.split(re.search(r"^table: +eegbench (.*)$", capfd.readouterr().out, re.M)[1])
    assert main([*command, f"--into={tmp_path / 'table'}", "--no-log"]) == 0
    table = pd.read_csv(tmp_path / "table" / "table.csv")
    assert set(table.loc[table["kind"] == "group", "experiment"]) == set(BANDS)
    (sweep,) = (tmp_path / "out" / "sweeps").iterdir()
    words = [f"run={sweep}", "interpretability=attention_rollout", "figures=[]", "device=cpu", "explain.n_windows=20"]
    assert main(["explain", *words]) == 0
    _check_a_map_for_each_band(sweep, next(sweep.glob("explanation_*")) / "tables" / "interpretability")


def _check_a_map_for_each_band(sweep: Path, tables: Path) -> None:
    """Check that each band has the mean over its own seeds."""
    group = pd.read_csv(tables / "group.csv").set_index("group")
    assert set(group.index) == set(BANDS)
    assert (group["n_runs"] == 2).all()
    assert (group["n_seeds"] == 2).all()
    of_band: dict[float, list[np.ndarray]] = {}
    for run in sweep.glob("[0-9]*"):
        high = read_plain(run / "config.yaml")["preprocessing"]["signal"]["h_freq"]
        with np.load(run / "tables" / "interpretability" / "attention_rollout_subjects.npz") as kept:
            of_band.setdefault(high, []).append(kept["values"].mean(axis=0, dtype=np.float64))
    expected = np.mean(of_band[12.0], axis=0)
    found = pd.read_parquet(tables / "band_alpha" / "attention_rollout.parquet")
    np.testing.assert_allclose(found["value"], expected.ravel(), atol=1e-5)
    other = pd.read_parquet(tables / "band_beta" / "attention_rollout.parquet")
    assert not np.allclose(found["value"], other["value"], atol=1e-5)
