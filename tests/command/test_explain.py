"""Explanations of a run's network: maps and checks in its folder and in MLflow, and errors."""

import errno
import json
import shutil

import numpy as np
import pandas as pd
import pytest
from toy import SMALL

from eegbench.__main__ import main

SUPERVISED = [*(word for word in SMALL if not word.startswith("sampler.")), "task=supervised"]
METHODS = "interpretability=[amplitude_gradient,occlusion,saliency,filter_spectrum]"


@pytest.fixture(scope="module")
def decoder(train):
    """A run of supervised training, followed by maps of the network."""
    bands = "interpretability.occlusion.bands_hz=[[slow,3,8],[fast,8,15]]"
    status, (folder,) = train(*SUPERVISED, METHODS, bands, "figures=[png]", small=False)
    assert status == 0
    return folder


@pytest.mark.study
def test_training_may_be_followed_by_maps_of_what_the_network_looks_at(decoder):
    names = {str(path.relative_to(decoder)) for path in decoder.rglob("*") if path.is_file()}
    for method in ("amplitude_gradient", "occlusion", "saliency", "filter_spectrum"):
        assert f"tables/interpretability/{method}.parquet" in names
        assert f"figures/interpretability/{method}_map.png" in names
        assert f"figures/interpretability/{method}.html" in names
    assert (decoder / "network" / "model.json").is_file()


@pytest.mark.slow
def test_a_table_has_a_row_an_output_channel_and_place(decoder):
    table = pd.read_parquet(decoder / "tables" / "interpretability" / "occlusion.parquet")
    assert list(table.columns)[:4] == ["output", "channel", "band", "value"]
    assert set(table["output"]) == {"left", "right"}
    assert set(table["channel"]) == {"A", "B"}
    assert {"slow", "fast"} <= set(table["band"])


@pytest.mark.slow
def test_checks_stand_beside_every_map(decoder):
    checks = pd.read_csv(decoder / "tables" / "interpretability" / "checks.csv").set_index("method")
    assert checks["shuffled_similarity"].between(-1, 1).all()
    by_class = checks.drop(index="filter_spectrum")
    assert by_class[["deletion", "insertion", "deletion_random", "insertion_random"]].notna().all().all()
    metrics = json.loads((decoder / "summary.json").read_text())["metrics"]
    assert metrics["explain/occlusion/deletion"] == pytest.approx(checks.loc["occlusion", "deletion"])


@pytest.mark.slow
def test_the_trained_network_answers_beside_the_probe_and_its_controls(decoder):
    scores = pd.read_csv(decoder / "scores.csv")
    assert list(dict.fromkeys(scores["probe"]))[:2] == ["network", "linear"]


@pytest.mark.slow
def test_a_finished_run_is_explained_without_training_again(finished, tmp_path, capsys):
    folder = tmp_path / finished.name
    shutil.copytree(finished, folder)
    words = (folder / ".hydra" / "overrides.yaml").read_text()
    weights = (folder / "checkpoints" / "best.safetensors").read_bytes()
    command = [
        "explain",
        "trust=[toy]",
        f"run={folder}",
        "interpretability=[amplitude_perturbation,amplitude_gradient]",
    ]
    status = main([*command, "interpretability.amplitude_perturbation.n_iterations=2", "figures=[]", "device=cpu"])
    said = capsys.readouterr()
    assert status == 0, said.err
    assert "amplitude_gradient" in said.out
    assert "encoder and linear probe, test" in said.err
    assert (folder / "tables" / "interpretability" / "amplitude_perturbation.parquet").is_file()
    assert (folder / "tables" / "interpretability" / "checks.csv").is_file()
    assert (folder / ".hydra" / "overrides.yaml").read_text() == words
    assert (folder / "checkpoints" / "best.safetensors").read_bytes() == weights
    assert json.loads((folder / "summary.json").read_text())["metrics"]
    assert "by eegbench explain" in (folder / "report.html").read_text()
    for place in (folder, folder / "tables" / "interpretability"):
        assert "input-perturbation correlation maps [@schirrmeister2017]" in (place / "methods.md").read_text()


@pytest.mark.slow
def test_what_is_explained_joins_the_run_in_mlflow(decoder, outputs):
    from mlflow import MlflowClient

    record = json.loads((decoder / "tracking.json").read_text())
    client = MlflowClient(record["uri"])
    assert (
        main(
            [
                "explain",
                "trust=[toy]",
                f"run={decoder}",
                "interpretability=input_x_gradient",
                "figures=[]",
                "device=cpu",
            ]
        )
        == 0
    )
    run = client.get_run(record["run_id"])
    assert run.info.status == "FINISHED"
    assert "explain/input_x_gradient/shuffled_similarity" in run.data.metrics
    assert "explain/occlusion/deletion" in run.data.metrics
    tables = {file.path for file in client.list_artifacts(record["run_id"], "tables/interpretability")}
    assert "tables/interpretability/input_x_gradient.parquet" in tables


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "say which run: eegbench explain run=outputs/runs/FOLDER."),
        (["run=nowhere"], "run=nowhere: there is no run in this folder"),
        (["run=[]"], "run=[]: expected at least one run"),
        (["run=[{run},{run}]"], "is named twice; name each run once"),
        (["run={run}", "interpretability=attention_rollout"], "model=chambon2018 has no attention over tokens"),
        (["run={run}", "-m"], "explain takes several runs as run="),
        (["run={run}", "interpretability=salience"], "there is no such option (did you mean saliency?)"),
        (["run={run}", "explain.predictor=network"], "has no network with a head for the classes"),
        (["run={run}", "explain.bands_hz=[[mu,14,7]]"], "mu from 14 to 7 Hz is not a band"),
        (["run={run}", "explain.n_windows=1"], "explain.n_windows=1: at least 2 are expected"),
        (["run={run}", "explain.split=tset"], "Did you mean test?"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(finished, capsys, words, sentence):
    status = main(["explain", "trust=[toy]", *(word.format(run=finished) for word in words)])
    said = capsys.readouterr().err
    assert status == 1
    assert sentence in said
    assert "Traceback" not in said


def test_a_layer_that_the_network_does_not_have_is_named_before_anything_is_drawn(finished, capsys):
    layer = "interpretability.amplitude_perturbation.layer=encoder.nothing"
    assert main(["explain", "trust=[toy]", f"run={finished}", layer, "figures=[png]", "device=cpu"]) == 1
    said = capsys.readouterr().err
    assert "layer=encoder.nothing: the network has no such layer" in said
    assert "Traceback" not in said


def test_a_run_that_is_not_finished_is_refused_and_told_how_to_finish_it(finished, tmp_path, capsys):
    shutil.copy(finished / "config.yaml", tmp_path)
    assert main(["explain", "trust=[toy]", f"run={tmp_path}"]) == 1
    assert f"eegbench train resume={tmp_path}" in capsys.readouterr().err


@pytest.mark.slow
def test_a_method_asked_again_replaces_its_own_and_another_folder_keeps_both(finished, tmp_path):
    folder = tmp_path / finished.name
    shutil.copytree(finished, folder)
    words = ["explain", "trust=[toy]", f"run={folder}", "figures=[]", "device=cpu"]
    perturbed = ["interpretability=amplitude_perturbation", "interpretability.amplitude_perturbation.n_permutations=0"]
    assert main([*words, "interpretability=[occlusion,amplitude_gradient]"]) == 0
    assert main([*words, *perturbed, "interpretability.amplitude_perturbation.kind=phase"]) == 0
    assert main([*words, *perturbed, "explain.folder=again", "explain.split=train"]) == 0
    tables = folder / "tables"
    checks = pd.read_csv(tables / "interpretability" / "checks.csv")
    assert checks["method"].tolist() == ["occlusion", "amplitude_gradient", "amplitude_perturbation"]
    assert set(checks["split"]) == {"test"}
    assert pd.read_csv(tables / "again" / "checks.csv")["split"].tolist() == ["train"]
    facts = json.loads((tables / "interpretability" / "amplitude_perturbation.json").read_text())
    assert (facts["options"]["kind"], facts["split"], facts["n_windows"]) == ("phase", "test", 180)


def test_each_of_two_classes_has_a_map_from_the_probe(finished, tmp_path):
    folder = tmp_path / finished.name
    shutil.copytree(finished, folder)
    assert (
        main(
            [
                "explain",
                "trust=[toy]",
                f"run={folder}",
                "interpretability=amplitude_gradient",
                "figures=[]",
                "device=cpu",
            ]
        )
        == 0
    )
    table = pd.read_parquet(folder / "tables" / "interpretability" / "amplitude_gradient.parquet")
    left, right = (table[table["output"] == name]["value"].to_numpy() for name in ("left", "right"))
    assert abs(left).max() > 0
    assert left == pytest.approx(-right, rel=1e-3, abs=1e-9)


@pytest.mark.slow
def test_maps_that_fail_leave_a_finished_run(train, capsys, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device", "/maps")

    monkeypatch.setattr("eegbench.interpretability.grad_cam.GradCam.explain", full)
    status, (folder,) = train("interpretability=grad_cam", "trainer.max_passes=1")
    said = capsys.readouterr().err
    assert status == 1
    assert "repeat it with: eegbench explain " in said
    assert f"run={folder}" in said
    assert "the disk is full" in said
    assert "Traceback" not in said
    assert (folder / "summary.json").is_file()


def test_methods_are_checked_before_any_training(train, capsys):
    status, _ = train("interpretability=integrated_gradients", "interpretability.integrated_gradients.n_steps=0")
    said = capsys.readouterr().err
    assert status == 1
    assert "n_steps=0: expected a whole number of at least 1" in said
    assert "pass   0" not in said


@pytest.mark.slow
def test_a_run_is_explained_as_it_was_configured_unless_words_say_otherwise(train, capsys):
    bands = 'explain.bands_hz=[["μ and α",7,14]]'
    _, (folder,) = train("explain.split=train", bands, "trainer.max_passes=1", "split.n_test=3")
    words = ["explain", "trust=[toy]", f"run={folder}", "interpretability=occlusion", "figures=[]", "device=cpu"]
    assert main(words) == 0
    table = pd.read_parquet(folder / "tables" / "interpretability" / "occlusion.parquet")
    assert set(table["band"]) == {"μ and α", "all"}
    assert "probe, train," in capsys.readouterr().err
    assert main([*words, "explain.split=valid"]) == 0
    assert "probe, valid," in capsys.readouterr().err


@pytest.mark.slow
def test_outputs_that_were_moved_are_used_where_they_are(train, outputs, tmp_path, capsys):
    _, (folder,) = train("trainer.max_passes=1")
    moved = tmp_path / "archive" / "runs" / folder.name
    shutil.copytree(folder, moved)
    shutil.copytree(outputs / "stores", tmp_path / "archive" / "stores")
    record = (moved / "tracking.json").read_text()
    words = ["explain", "trust=[toy]", f"run={moved}", "interpretability=occlusion", "figures=[]", "device=cpu"]
    assert main([*words, "explain.bands_hz=[[slow,3,8]]"]) == 0
    assert "to its folder only" in capsys.readouterr().err
    assert (moved / "tables" / "interpretability" / "checks.csv").is_file()
    assert (moved / "tracking.json").read_text() == record
    assert {path.name for path in (tmp_path / "archive").iterdir()} == {"runs", "stores"}


@pytest.mark.slow
def test_several_runs_are_explained_and_averaged_in_a_folder_and_in_mlflow(decoder, tmp_path, capsys):
    from mlflow import MlflowClient

    for number in (0, 1):
        shutil.copytree(decoder, tmp_path / "sweep" / str(number))
    words = [f"run={tmp_path / 'sweep'}", "interpretability=saliency", "explain.n_windows=30"]
    assert main(["explain", *words, "trust=[toy]", "figures=[png]"]) == 0
    told = capsys.readouterr()
    assert "1 of 2:" in told.err
    (folder,) = (tmp_path / "sweep").glob("explanation_*")
    tables = folder / "tables" / "interpretability"
    groups = pd.read_csv(tables / "group.csv").set_index("method")
    assert list(groups.index) == ["saliency"]  # and not the methods by which the runs were explained before
    group = groups.loc["saliency"]
    n_subjects = int(group["n_subjects"])
    assert (group["n_runs"], group["n_seeds"]) == (2, 1)
    assert n_subjects > 1
    line = (
        f"saliency: mean over 2 runs (1 seed, {n_subjects} subjects); rank correlation of a run's map with the others'"
    )
    assert f"{line} mean 1.00" in told.out
    with np.load(tmp_path / "sweep" / "0" / "tables" / "interpretability" / "saliency_subjects.npz") as arrays:
        assert arrays["n_windows"].sum() == 30
        of_subjects = arrays["values"].astype(np.float64)
    mean = pd.read_parquet(tables / "saliency.parquet")
    np.testing.assert_allclose(mean["value"], of_subjects.mean(0).ravel(), rtol=1e-5)
    spread = pd.read_parquet(tables / "saliency_spread.parquet")
    np.testing.assert_allclose(spread["between_subjects"], of_subjects.std(0, ddof=1).ravel(), rtol=1e-4)
    np.testing.assert_allclose(spread["between_runs"], 0, atol=1e-9)
    record = json.loads((folder / "tracking.json").read_text())
    client = MlflowClient(record["uri"])
    run = client.get_run(record["run_id"])
    assert run.info.status == "FINISHED"
    assert run.data.metrics["explain/saliency/similarity_of_runs"] == pytest.approx(1.0)
    assert run.data.metrics["explain/saliency/deletion"] == pytest.approx(group["deletion"])
    kept = {
        file.path
        for place in ("tables", "figures")
        for file in client.list_artifacts(record["run_id"], f"{place}/interpretability")
    }
    assert {
        f"tables/interpretability/{name}" for name in ("group.csv", "saliency.parquet", "saliency_spread.parquet")
    } <= kept
    assert {f"figures/interpretability/saliency{part}" for part in (".html", "_map.png", "_spread.png")} <= kept
    assert "figures/interpretability/class_difference_map.png" in kept  # which captions name


@pytest.mark.slow
def test_runs_of_a_pattern_that_cannot_be_explained_are_left_out_and_counted(finished, tmp_path, capsys):
    for name in ("a 0", "a1", "a2_no_model", "b_no_model", "a3_unfinished"):
        shutil.copytree(finished, tmp_path / name)
    for name in ("a2_no_model", "b_no_model"):
        shutil.rmtree(tmp_path / name / "model")
    (tmp_path / "a3_unfinished" / "summary.json").unlink()
    words = ["explain", "trust=[toy]", "interpretability=amplitude_gradient", "figures=[]", "device=cpu"]
    assert main([*words, f"run={tmp_path}/a*"]) == 0
    said = capsys.readouterr().err
    assert f"1 of 4 runs not finished, and left out: {tmp_path / 'a3_unfinished'}\n" in said
    assert "warning: 1 of 3 runs could not be explained, and are left out;" in said
    assert f"the reasons are given above: {tmp_path / 'a2_no_model'}\n" in said
    assert f"{tmp_path / 'a2_no_model'}: the saved encoder (model) is missing" in said
    (folder,) = tmp_path.glob("explanation_*")
    assert pd.read_csv(folder / "tables" / "interpretability" / "group.csv")["n_runs"].tolist() == [2]
    assert main([*words, f"run=[{tmp_path}/b_no_model,{tmp_path}/a1]"]) == 1
    said = capsys.readouterr().err
    assert "2 of 2" not in said
    assert "left out" not in said
    assert main([*words, f"run={tmp_path}/*_no_model"]) == 1
    assert "error: 2 of 2 runs could not be explained" in capsys.readouterr().err
    assert main([*words, f"run={tmp_path}/a[01]*", "interpretability=salience"]) == 1
    said = capsys.readouterr().err
    assert said.count("there is no such option (did you mean saliency?)") == 1
    assert len(list(tmp_path.glob("explanation_*"))) == 1


@pytest.mark.slow
def test_what_a_method_does_not_draw_again_is_removed(decoder, tmp_path):
    folder = tmp_path / decoder.name
    shutil.copytree(decoder, folder)
    stale = [
        folder / kind / "interpretability" / name
        for kind, name in (("figures", "occlusion_difference.png"), ("tables", "occlusion_subjects.npz"))
    ]
    other = folder / "figures" / "interpretability" / "saliency_map.png"
    stale[0].touch()
    assert stale[1].is_file()
    assert other.is_file()
    words = [f"run={folder}", "interpretability=occlusion", "trust=[toy]", "figures=[]", "device=cpu"]
    time = stale[1].stat().st_mtime_ns
    assert main(["explain", *words, "interpretability.occlusion.bands_hz=[[slow,3,8]]"]) == 0
    assert not stale[0].exists()
    assert stale[1].stat().st_mtime_ns > time
    assert other.is_file()
