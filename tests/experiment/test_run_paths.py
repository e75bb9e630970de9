"""A run is found again after its outputs folder was moved, and from another working directory."""

import json
from pathlib import Path

import pytest
from toy import SMALL

from eegbench.__main__ import main
from eegbench.config import read_plain, write_plain
from eegbench.experiment.finished_run import is_kept_in
from eegbench.experiment.run_paths import located, read_from
from eegbench.launch.resume import with_resume


def options(outputs):
    paths = {"outputs": outputs, "runs": f"{outputs}/runs", "sweeps": f"{outputs}/sweeps"}
    return {"paths": paths, "store": {"folder": f"{outputs}/stores"}, "dataset": {"root": "outputs_of_mine", "n": 3}}


@pytest.mark.parametrize("before", ["outputs", "/old/place"])
@pytest.mark.parametrize("inside", ["runs/one", "sweeps/two/0", "sweeps/two/0/seed_1"])
def test_paths_follow_the_folder_of_the_run(tmp_path, before, inside):
    found, outputs = located(options(before), tmp_path / "new" / inside)
    assert outputs == tmp_path / "new"
    assert found == options(str(tmp_path / "new"))


def test_paths_stay_where_the_run_lies_in_its_outputs_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for before in ("outputs", str(tmp_path / "outputs")):
        assert located(options(before), Path("outputs/runs/one")) == (options(before), None)


def test_places_that_the_user_chose_one_by_one_stay(tmp_path):
    chosen = options("/old/place")
    chosen["paths"]["runs"] = "/elsewhere/runs"
    assert located(chosen, tmp_path / "runs" / "one") == (chosen, None)


@pytest.fixture
def begun_here(tmp_path, monkeypatch):
    """A run of relative folders that was begun in ``here``; the working directory is ``there``, with a ``data`` too."""
    here, there = tmp_path / "here", tmp_path / "there"
    run = here / "outputs" / "runs" / "one"
    for folder in (run / ".hydra", here / "data", there / "data", there / "encoders" / "two"):
        folder.mkdir(parents=True)
    stored = {**options("outputs"), "encoder": "encoders/two"}
    stored["dataset"] = {"sets": {"home": {"root": "outputs/stores/nights"}, "away": {"root": "data"}}}
    write_plain(stored, run / "config.yaml")
    (run / "environment.json").write_text(json.dumps({"directory": str(here)}))
    (run / ".hydra" / "overrides.yaml").write_text("- dataset.sets.away.root=data\n- seed=3\n")
    monkeypatch.chdir(there)
    return run


def test_recordings_are_read_from_the_directory_where_the_run_was_begun(begun_here):
    here = begun_here.parents[2]
    found, outputs = located(read_plain(begun_here / "config.yaml"), begun_here)
    assert found["dataset"]["sets"]["away"]["root"] == str(here / "data")
    assert found["dataset"]["sets"]["home"]["root"] == f"{outputs}/stores/nights"
    words = with_resume([f"resume={begun_here}"])
    assert f'dataset.sets.away.root="{here}/data"' in words
    assert "dataset.sets.away.root=data" not in words


def test_an_encoder_of_the_same_outputs_is_found_with_them(begun_here):
    stored = read_plain(begun_here / "config.yaml") | {"encoder": "outputs/runs/zero"}
    here = str(begun_here.parents[1] / "runs" / "zero")
    assert read_from(stored, begun_here)["encoder"] == here
    assert located(stored, begun_here)[0]["encoder"] == here


def test_a_folder_that_moved_with_the_working_directory_is_read_from_the_present_one(begun_here):
    places = read_from(read_plain(begun_here / "config.yaml"), begun_here)
    assert "encoder" not in places  # it is in no other than the present one


def test_a_run_is_kept_by_the_database_that_moved_with_it_and_not_by_another(tmp_path):
    outputs, before = tmp_path / "now", tmp_path / "before"
    run = outputs / "runs" / "one"
    run.mkdir(parents=True)
    assert not is_kept_in(outputs, run)  # it has no record
    (run / "tracking.json").write_text(json.dumps({"uri": f"sqlite:///{before}/mlflow.db"}))
    assert not is_kept_in(outputs, run)  # there is no database
    (outputs / "mlflow.db").touch()
    assert is_kept_in(outputs, run)
    before.mkdir()
    (before / "mlflow.db").touch()
    assert not is_kept_in(outputs, run)  # it is kept where it was
    (run / "tracking.json").write_text(json.dumps({"uri": f"sqlite:///{outputs}/mlflow.db"}))
    assert is_kept_in(outputs, run)


@pytest.mark.slow
def test_a_run_is_finished_and_explained_from_another_directory(toy_options, tmp_path, monkeypatch):
    from eegbench.experiment import training

    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    monkeypatch.chdir(here)
    flag = f"--config-dir={toy_options}"

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(training, "tell_pass", interrupted)
        assert main(["train", flag, *SMALL]) == 130
    (run,) = here.glob("outputs/runs/*")
    record = json.loads((run / "tracking.json").read_text())
    monkeypatch.chdir(there)
    assert main(["train", flag, f"resume={run}", "trust=[toy]"]) == 0
    assert (run / "summary.json").is_file()
    assert json.loads((run / "tracking.json").read_text())["run_id"] == record["run_id"]
    words = ["interpretability=saliency", "explain.n_windows=4", "figures=[]", "trust=[toy]"]
    assert main(["explain", f"run={run}", *words]) == 0
    assert (run / "tables" / "interpretability" / "checks.csv").is_file()
    assert list(there.iterdir()) == []
