"""Many runs that log at once to one store are all there, in full."""

import os
import subprocess
import sys
from pathlib import Path

import optuna
import pytest
import sqlalchemy

from eegbench.sweep.storage import open_storage
from eegbench.tracking.database import connect, find_place

POOL = "MLFLOW_SQLALCHEMYSTORE_POOLCLASS"

SCRIPT = Path(__file__).with_name("many_writers.py")


def written(folder: Path, n: int, uri: str = "-", storage: str = "-"):
    """Start the writers; return the runs that are there afterwards."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop(POOL, None)  # writers log as users do
    command = [sys.executable, str(SCRIPT), str(folder), str(n), uri, storage]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    client = connect(find_place(None if uri == "-" else uri, folder.resolve()))
    experiment = client.get_experiment_by_name("load")
    return client, client.search_runs([experiment.experiment_id], max_results=1000)


def are_complete(client, runs, n: int) -> None:
    assert [run.info.status for run in runs] == ["FINISHED"] * n
    assert {run.data.tags["seed"] for run in runs} == {str(number) for number in range(n)}
    for run in runs:
        number = float(run.data.tags["seed"])
        assert len(run.data.params) == 100
        assert run.data.metrics["test/linear/balanced_accuracy"] == number
        history = client.get_metric_history(run.info.run_id, "metric_9")
        assert sorted((one.step, one.value) for one in history) == [(i, number + i / 10) for i in range(5)]
        assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["scores.csv", "tracking.json"]


@pytest.mark.slow
def test_four_writers_lose_nothing_in_sqlite(tmp_path):
    are_complete(*written(tmp_path, 4), 4)


@pytest.mark.study
def test_sixteen_writers_lose_nothing_in_sqlite(tmp_path):
    are_complete(*written(tmp_path, 16), 16)


@pytest.mark.study
def test_64_writers_lose_nothing_in_one_postgresql_and_one_study(tmp_path, postgresql, monkeypatch):
    monkeypatch.setenv(POOL, "NullPool")  # connections are closed after use
    engine = sqlalchemy.create_engine(postgresql, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("CREATE DATABASE runs"))
    uri = postgresql.rpartition("/")[0] + "/runs"  # Optuna and MLflow both name a table alembic_version
    are_complete(*written(tmp_path, 64, uri, postgresql), 64)
    study = optuna.load_study(study_name="load", storage=open_storage(postgresql))
    assert [trial.state.name for trial in study.trials] == ["COMPLETE"] * 64
    assert sorted(trial.number for trial in study.trials) == list(range(64))
