"""File locations in the database of an outputs folder are right after the folder was moved or copied."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from eegbench.tracking import RunFacts
from eegbench.tracking.database import connect, default_place
from eegbench.tracking.finished_runs import Archive, parent_id
from eegbench.tracking.mlflow import Mlflow
from eegbench.tracking.moved_database import follow_move

pytestmark = pytest.mark.slow  # MLflow takes seconds to import and to make a database


def begin(outputs: Path, name: str, seed: int = 0):
    folder = outputs / "runs" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scores.csv").write_text(name)
    facts = RunFacts("sleep", name, folder, {"seed": seed})
    return Mlflow(uri=None, folder=str(outputs), experiment=None, metrics="headline").start(facts)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """An outputs folder with a finished run and one that was killed before its files were logged."""
    outputs = tmp_path_factory.mktemp("first") / "place = ü"
    begin(outputs, "done").finish(metrics={}, model=None)
    begin(outputs, "killed")
    return outputs


def scores(outputs: Path) -> dict[str, str | None]:
    archive = Archive(default_place(outputs), outputs / "aside")
    files = {
        run.name: archive.fetch(run, "scores.csv") for run in archive.find(experiment=None, parent=None, filter_=None)
    }
    assert all(file is None or file.is_relative_to(outputs) for file in files.values())
    return {name: file and file.read_text() for name, file in files.items()}


def test_files_are_found_in_a_copy_and_after_a_move_and_later_runs_are_kept_there(original, tmp_path):
    there = sorted(original.rglob("*"))
    copy = tmp_path / "copy"
    shutil.copytree(original, copy)
    assert scores(copy) == {"done": "done", "killed": None}
    begin(copy, "new").finish(metrics={}, model=None)
    assert sorted(original.rglob("*")) == there  # nothing was written into the place of before

    moved = tmp_path / "far" / "away"
    moved.parent.mkdir()
    copy.rename(moved)
    begin(moved, "killed").finish(metrics={}, model=None)  # it goes on as the same run
    assert scores(moved) == {"done": "done", "killed": "killed", "new": "new"}
    assert not copy.exists()


def test_a_run_of_a_folder_that_was_moved_is_known_by_its_folder(original, tmp_path):
    moved = tmp_path / "moved"
    shutil.copytree(original, moved)
    record = moved / "runs" / "done" / "tracking.json"
    facts = json.loads(record.read_text())
    record.write_text(json.dumps({**facts, "uri": "sqlite:////no/longer/mlflow.db"}))
    run_id = parent_id(str(record.parent), default_place(moved))
    assert connect(default_place(moved)).get_run(run_id).info.run_name == "done"


def test_experiments_that_keep_their_files_elsewhere_stay_as_they_are(original, tmp_path):
    outputs = tmp_path / "outputs"
    shutil.copytree(original, outputs)
    elsewhere = tmp_path / "elsewhere" / "mlartifacts"
    elsewhere.mkdir(parents=True)
    places = ["s3://bucket/runs", elsewhere.as_uri()]
    client = connect(default_place(outputs))
    ids = [client.create_experiment(f"of another {i}", artifact_location=place) for i, place in enumerate(places)]
    client.create_run(ids[1])
    follow_move(outputs / "mlflow.db")
    assert [client.get_experiment(id_).artifact_location for id_ in ids] == places


def test_a_database_that_may_not_be_written_stays_as_it_is(original, tmp_path, monkeypatch):
    outputs = tmp_path / "outputs"
    shutil.copytree(original, outputs)
    monkeypatch.setattr("eegbench.tracking.moved_database.os.access", lambda *_: False)
    follow_move(outputs / "mlflow.db")
    with sqlite3.connect(outputs / "mlflow.db") as database:
        rows = database.execute("SELECT artifact_uri FROM runs").fetchall()
    assert all(uri.startswith(original.as_uri()) for (uri,) in rows)
