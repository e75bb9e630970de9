"""The outcome of runs in an outputs folder, without what differs between two equal runs: times, names, ids."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import optuna
import pandas as pd

from eegbench.sweep.storage import open_storage

BITS = ("scores.csv", "scores_per_subject.csv", "predictions.parquet", "split.json", "model/model.safetensors")
"""Files that two equal runs have in common to the byte."""


def of_run(outputs: Path) -> dict[str, Any]:
    """Return the outcome of the only finished run, in its folder and in MLflow."""
    (folder,) = (file.parent for file in outputs.glob("runs/*/summary.json"))
    return {**in_folder(folder), "mlflow": in_mlflow(outputs, folder)}


def with_pictures(outputs: Path) -> dict[str, Any]:
    """Return the outcome of the only finished run, and the digests of all its pictures, in its folder and in MLflow."""
    found = of_run(outputs)
    (folder,) = (file.parent for file in outputs.glob("runs/*/summary.json"))
    for place in (folder, outputs / "mlartifacts" / json.loads((folder / "tracking.json").read_text())["run_id"]):
        pictures = sorted(place.rglob("*.png"))
        assert pictures
        found |= {str(file.relative_to(place)): hashlib.sha256(file.read_bytes()).hexdigest() for file in pictures}
    return found


def of_sweep(outputs: Path) -> dict[str, Any]:
    """Return the trials of the study ``s``: values and the outcome of the run, by the point.

    A trial that was killed before it had a point is FAIL, and another was drawn in its place.
    """
    study = optuna.load_study(study_name="s", storage=open_storage(str(outputs / "sweeps/s.journal")))
    found = {}
    for trial in study.trials:
        if not trial.params:
            assert trial.state.name == "FAIL"
            continue
        assert trial.state.name == "COMPLETE"
        assert str(trial.params) not in found
        found[str(trial.params)] = (trial.values, in_folder(outputs / f"sweeps/s/{trial.number}"))
    return found


def in_folder(folder: Path) -> dict[str, Any]:
    """Return the history, the digests of the files in `BITS`, and the scores of a run."""
    history = pd.read_csv(folder / "history.csv").drop(columns="seconds")
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in BITS}
    metrics = json.loads((folder / "summary.json").read_text())["metrics"]
    scores = {name: value for name, value in metrics.items() if "second" not in name}
    return {"history": history.to_csv(), **digests, "scores": scores}


def in_mlflow(outputs: Path, folder: Path) -> dict[str, Any]:
    """Return the states of all runs, and the parameters, metrics, models and files of the one of a folder.

    Metrics that were logged before and after a kill are in MLflow twice, with equal values; they count once.
    """
    record = json.loads((folder / "tracking.json").read_text())
    run = record["run_id"]
    with closing(sqlite3.connect(outputs / "mlflow.db")) as database:

        def ask(question: str, *values: str) -> list[tuple[Any, ...]]:
            return database.execute(question, values).fetchall()

        metrics = ask("select distinct key, step, value from metrics where run_uuid = ? order by key, step", run)
        models = ask("select count(*) from inputs where source_id = ? and destination_type = 'MODEL_OUTPUT'", run)
        found = {
            "runs": ask("select status from runs"),
            "state": ask("select value from tags where run_uuid = ? and key = 'state'", run),
            "parameters": ask("select count(*) from params where run_uuid = ?", run),
            "metrics": [one for one in metrics if "second" not in one[0]],
            "models": models,
            "complete": record["complete"],
        }
    kept = outputs / "mlartifacts" / run / "artifacts"
    files = sorted(str(file.relative_to(kept)) for file in kept.rglob("*") if file.is_file())
    return found | {"files": [file for file in files if ".artifact.uploading." not in file]}
