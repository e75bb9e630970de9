import logging
import os

import pytest

from eegbench.tracking.database import default_place, find_place
from eegbench.tracking.mlflow import Mlflow
from eegbench.tracking.variables import SYSTEM_METRICS, SystemMetrics, measure_system, warn_of_unused


def of(folder, **changed) -> Mlflow:
    return Mlflow(**{"uri": None, "folder": str(folder), "experiment": None, "metrics": "headline", **changed})


def test_the_command_line_goes_before_the_variable_and_the_variable_before_the_default(tmp_path, monkeypatch):
    assert find_place(None, tmp_path) == default_place(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    assert find_place(None, tmp_path).uri == "http://127.0.0.1:5000"
    assert find_place("http://127.0.0.1:6000", tmp_path).uri == "http://127.0.0.1:6000"


def test_an_empty_variable_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", " ")
    assert find_place(None, tmp_path) == default_place(tmp_path)


def test_a_relative_sqlite_database_of_the_variable_is_that_of_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///mine.db")
    assert find_place(None, tmp_path / "outputs").uri == f"sqlite:///{tmp_path}/mine.db"


def test_a_store_that_mlflow_has_not_is_refused_with_the_name_of_the_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "./mlruns")
    with pytest.raises(ValueError, match=r"^MLFLOW_TRACKING_URI=\./mlruns: expected sqlite:///FILE"):
        find_place(None, tmp_path)


def test_a_server_that_does_not_answer_is_named_with_the_variable_and_without_its_password(
    tmp_path, monkeypatch, free_port
):
    from eegbench.tracking.database import connect

    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://anna:secret@127.0.0.1:{free_port}")
    with pytest.raises(ValueError, match=r"at MLFLOW_TRACKING_URI=http://anna:\*\*\*@127") as caught:
        connect(find_place(None, tmp_path))
    assert "secret" not in str(caught.value)


def test_a_password_of_the_variable_reaches_the_server_and_nothing_that_is_written(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://anna:secret@127.0.0.1:5000")
    place = find_place(None, tmp_path)
    assert place.uri == "http://anna:secret@127.0.0.1:5000"
    assert place.public_uri == "http://anna:***@127.0.0.1:5000"


def test_the_experiment_s_name_is_that_of_the_option_or_else_of_the_variable(tmp_path, monkeypatch):
    assert of(tmp_path).experiment is None
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "of_the_lab")
    assert of(tmp_path).experiment == "of_the_lab"
    assert of(tmp_path, experiment="mine").experiment == "mine"


def test_the_database_of_an_outputs_folder_is_checked_also_if_a_variable_names_it(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", default_place(tmp_path).uri)
    assert not of(tmp_path)._is_named


def test_variables_that_are_not_used_are_answered_with_a_warning(monkeypatch, caplog):
    monkeypatch.setenv("MLFLOW_RUN_ID", "abc")
    with caplog.at_level(logging.WARNING):
        warn_of_unused()
    assert caplog.messages == ["the environment variable MLFLOW_RUN_ID is not used: continue a run with resume=FOLDER"]


def test_system_metrics_are_off_by_default_and_an_odd_value_is_answered(monkeypatch, caplog):
    assert measure_system("id", "sqlite://") == SystemMetrics()
    monkeypatch.setenv(SYSTEM_METRICS, "yes")
    assert measure_system("id", "sqlite://") == SystemMetrics()
    assert caplog.messages == [f"{SYSTEM_METRICS}=yes is not used: expected true or false"]


@pytest.mark.slow
def test_the_name_of_a_run_is_that_of_the_variable_except_for_the_jobs_of_a_sweep(tracker, make_facts, monkeypatch):
    monkeypatch.setenv("MLFLOW_RUN_NAME", "monday")
    parent = tracker.start(make_facts())
    assert parent.client.get_run(parent.run_id).info.run_name == "monday"
    child = make_facts(folder=parent.folder / "0", parent=parent.folder, name="lr=0.1")
    child.folder.mkdir()
    run = tracker.start(child)
    assert run.client.get_run(run.run_id).info.run_name == "lr=0.1"


@pytest.mark.slow
def test_system_metrics_are_measured_until_a_run_ends_and_are_not_taken_for_passes(tracker, make_facts, monkeypatch):
    monkeypatch.setenv(SYSTEM_METRICS, "true")
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.05")
    facts = make_facts()
    run = tracker.start(facts)
    thread = run._system.monitor._process
    names = set()
    while not any(name.startswith("system/cpu") for name in names):
        names = set(run.client.get_run(run.run_id).data.metrics)
        if not thread.is_alive():
            pytest.fail(f"the thread ended; there are {names} of {os.getpid()}")
        run._system.monitor.mlflow_logger.flush()
    run.log_pass(0, {"train_loss": 2.0})
    run.fail(KeyboardInterrupt())
    assert not thread.is_alive()
    monkeypatch.delenv(SYSTEM_METRICS)
    again = tracker.start(facts)
    assert again._last_pass == 0
