"""The command that makes the table of a multirun fits what varied in it."""

import json

import pandas as pd
import pytest

from eegbench.report.next_command import next_command
from eegbench.tracking.database import default_place


@pytest.fixture
def sweep(tmp_path):
    """Two finished runs of a multirun that MLflow keeps in their own outputs folder."""
    folder = tmp_path / "sweeps" / "one"
    for name in ("0", "1", "sweep"):
        (folder / name).mkdir(parents=True)
    for name in ("0", "1"):
        pd.DataFrame({"probe": ["linear", "chance"]}).to_parquet(folder / name / "predictions.parquet")
    record = {"uri": default_place(tmp_path).public_uri, "run_id": "1"}
    (folder / "sweep" / "tracking.json").write_text(json.dumps(record))
    return folder


@pytest.mark.parametrize(
    ("varied", "grouped"),
    [
        (["split.n_train", "seed"], " --group-by split.n_train"),
        (["split.fold", "experiment"], " --group-by experiment"),
        (["+model/reducer@model.reducer", "trainer/optimizer"], " --group-by model.reducer,trainer.optimizer"),
        (["seed", "split.fold"], ""),
    ],
)
def test_a_row_is_a_value_of_what_varied_beside_seeds_and_folds(sweep, varied, grouped):
    outputs = sweep.parents[1]
    assert next_command(sweep, varied, outputs).command == (
        f"eegbench compare --parent {sweep}{grouped} --outputs {outputs}"
    )


def test_folds_alone_pool(sweep):
    assert next_command(sweep, ["split.fold"], sweep.parents[1]).command == f"eegbench pool {sweep}"


def test_a_network_that_learned_from_labels_is_what_is_compared(sweep):
    pd.DataFrame({"probe": ["linear", "network"]}).to_parquet(sweep / "0" / "predictions.parquet")
    assert " --probe network " in next_command(sweep, ["seed"], sweep.parents[1]).command


def test_the_usual_outputs_folder_is_not_named_and_another_database_is(sweep, monkeypatch):
    monkeypatch.chdir(sweep.parents[1])
    record = sweep / "sweep" / "tracking.json"
    record.write_text(json.dumps({"uri": default_place(sweep.parents[1] / "outputs").public_uri}))
    assert next_command(sweep, ["seed"], sweep.parents[1]).command == f"eegbench compare --parent {sweep}"
    record.write_text(json.dumps({"uri": "http://host:5000"}))
    assert next_command(sweep, ["seed"], sweep.parents[1]).command.endswith(" --tracking-uri http://host:5000")


def test_there_is_no_table_of_several_datasets_and_none_of_runs_that_mlflow_does_not_keep(sweep):
    assert next_command(sweep, ["dataset", "seed"], sweep.parents[1]) is None
    assert next_command(sweep, ["dataset.seed"], sweep.parents[1]) is None
    (sweep / "sweep" / "tracking.json").unlink()
    found = next_command(sweep, ["model", "seed"], sweep.parents[1])
    assert "these runs are not in it (tracking=folder)" in found.command
    assert found.table is None
    assert next_command(sweep, ["split.fold", "seed"], sweep.parents[1]).command == f"eegbench pool {sweep}"
