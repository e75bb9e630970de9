"""A run's folder with a damaged file is read, or refused with a message of our own, by every verb; nothing hangs."""

import json
import random
import shutil
from pathlib import Path

import pandas as pd
import pytest
import torch
from fuzz.attack import limits
from safetensors.torch import save_file

from eegbench.__main__ import main

FILES = (
    *("config.yaml", "summary.json", "split.json", "scores.csv", "history.csv", "predictions.parquet"),
    *("environment.json", "recordings.json", "tracking.json", "model/model.json", "model/model.safetensors"),
)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def noise(path: Path) -> None:
    path.write_bytes(random.Random(0).randbytes(3000))


def foreign(path: Path) -> None:
    """A sound file of the same form that no run wrote."""
    table = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    if path.suffix == ".safetensors":
        save_file({"encoder.some.weight": torch.zeros(3), "x": torch.ones(2, 2)}, path)
    elif path.suffix == ".parquet":
        table.to_parquet(path)
    elif path.suffix == ".csv":
        table.to_csv(path, index=False)
    else:
        path.write_text(json.dumps({"metrics": [1, 2], "a": {"b": None}}))


DAMAGES = {one.__name__: one for one in (empty, cut, noise, foreign)}
QUICK = dict(zip(FILES, ["cut", "foreign", "noise", "empty"] * 3, strict=False))
"""A damage of each file for the shorter suite."""

VERBS = {
    "pool": ["pool", "{run}", "--into", "{out}/pooled"],
    "track": ["track", "{run}", "--tracking-uri", "sqlite:///{out}/mlflow.db"],
    "explain": ["explain", "trust=[toy]", "run={run}", "explain.n_windows=4", "figures=[]", "device=cpu"],
    "predict": ["predict", "--run", "{run}", "{out}/night.edf", "--out", "{out}/staged"],
}


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        pytest.param(file, damage, marks=[] if QUICK[file] == damage else pytest.mark.study)
        for file in FILES
        for damage in DAMAGES
    ],
)
def test_a_damaged_file_of_a_run_is_refused_or_not_needed(finished, tmp_path, file, damage, capfd):
    run = tmp_path / "run"
    shutil.copytree(finished, run)
    if not (run / file).is_file():
        pytest.skip(f"this run has no {file}")
    DAMAGES[damage](run / file)
    for name, words in VERBS.items():
        with limits():
            status = main([word.format(run=run, out=tmp_path) for word in words])  # a traceback is raised here
        said = capfd.readouterr().err
        assert "Traceback" not in said, name
        assert status in (0, 1), name
        assert status == 0 or [line for line in said.splitlines() if line.startswith("eegbench: ")], name
