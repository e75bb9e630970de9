"""Which words leave a run alone, and what a run leaves with a process beside it and without."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from omegaconf import OmegaConf
from toy import SMALL

from eegbench import companion
from eegbench.command import accompanied as module
from eegbench.command.accompanied import accompany, begin_early

TESTS = Path(__file__).resolve().parents[1]
MLFLOW, FOLDER = ({"_target_": f"eegbench.tracking.{name}"} for name in ("mlflow.Mlflow", "folder.Folder"))


@pytest.fixture
def began(monkeypatch):
    """What the process beside was asked for; none is started."""
    asked = []
    monkeypatch.setattr(module, "_is_program", lambda: True)
    monkeypatch.setattr(module, "n_cores", lambda: 2)
    monkeypatch.setattr(companion, "begin", lambda: asked.append("begin"))
    monkeypatch.setattr(companion, "end", lambda: asked.append("end"))
    monkeypatch.setattr(companion, "is_there", lambda: "begin" in asked and "end" not in asked)
    monkeypatch.setattr(companion, "do", lambda function, *_, **__: asked.append(function.__name__))
    return asked


@pytest.mark.parametrize("words", [[], ["seed=1"], ["-m", "seed=1,2"], ["-m", "hydra/launcher=basic", "seed=1,2"]])
def test_it_begins_before_the_options_are_composed(began, words):
    begin_early(words)
    assert began == ["begin", "begin"]


@pytest.mark.parametrize(
    "words",
    [["companion=false"], ["--cfg", "job"], ["--info"], ["-c", "job"], ["-m", "hydra/launcher=joblib", "seed=1,2"]],
)
def test_words_that_leave_no_room_for_it(began, words):
    begin_early(words)
    assert began == []


@pytest.mark.parametrize(("name", "value"), [("n_cores", 1), ("_is_program", False)])
def test_one_core_or_another_program_is_left_alone(began, monkeypatch, name, value):
    monkeypatch.setattr(module, name, lambda: value)
    begin_early([])
    assert began == []


def test_processes_that_train_together_are_left_alone(began, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    begin_early([])
    assert began == []


@pytest.mark.parametrize(
    ("options", "loads"),
    [
        ({"companion": "auto", "figures": ["png"], "tracking": FOLDER}, ["load_figures"]),
        ({"companion": "auto", "figures": [], "tracking": MLFLOW}, ["open_place", "load_model"]),
        ({"companion": "auto", "figures": [], "tracking": FOLDER}, ["end"]),
        ({"companion": False, "figures": ["png"], "tracking": MLFLOW}, ["end"]),
    ],
)
def test_the_options_decide_whether_it_stays(began, options, loads):
    begin_early([])
    accompany(OmegaConf.create(options))
    assert began[2:] == loads


def run(toy_options, tmp_path, *words):
    words = [f"--config-dir={toy_options}", *SMALL, "figures=[png,pdf]", f"paths.outputs={tmp_path}", *words]
    command = [sys.executable, "-m", "eegbench", "train", *words]
    path = f"{TESTS.parent}:{TESTS}"
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}, check=False)
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "runs").iterdir()
    return folder


@pytest.mark.slow
def test_a_run_leaves_the_same_with_it_and_without(toy_options, tmp_path):
    beside, here = (run(toy_options, tmp_path / word, f"companion={word}") for word in ("auto", "false"))
    files = [sorted(str(path.relative_to(one)) for path in one.rglob("*")) for one in (beside, here)]
    assert files[0] == files[1]
    assert any(name.startswith("figures/hypnograms") for name in files[0])
    for name in files[0]:
        if name.endswith((".csv", ".png", ".parquet")) and name != "history.csv":  # which has times
            assert (beside / name).read_bytes() == (here / name).read_bytes(), name
    kept = [sorted(p.name for p in (tmp_path / word).glob("mlartifacts/**/*.p*")) for word in ("auto", "false")]
    assert kept[0] == kept[1] != []
