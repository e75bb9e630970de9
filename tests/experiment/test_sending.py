"""A finished run can be sent to MLflow from its folder, and what is there then is what the run itself would send."""

import json
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from eegbench.__main__ import main
from eegbench.tracking import mlflow_run as tracking
from eegbench.tracking.database import connect, default_place
from eegbench.tracking.upload import whole_files


def page_of(folder, outputs):
    """Status, parameters, state, metrics with their history, data, files and number of models of a run in MLflow."""
    client = connect(default_place(outputs))
    run = client.get_run(json.loads((folder / "tracking.json").read_text())["run_id"])
    kept = Path(unquote(urlsplit(run.info.artifact_uri).path))
    files = {path.relative_to(kept).as_posix() for path in kept.rglob("*") if path.is_file()}
    models = client.search_logged_models([run.info.experiment_id], f"source_run_id = '{run.info.run_id}'")
    history = {
        name: [(one.step, one.value) for one in client.get_metric_history(run.info.run_id, name)]
        for name in run.data.metrics
    }
    datasets = sorted((one.dataset.name, one.dataset.digest) for one in run.inputs.dataset_inputs)
    return run.info.status, run.data.params, run.data.tags["state"], history, datasets, files, len(models)


@pytest.fixture(scope="module")
def tracked(train) -> Path:
    """Folder of a finished run, which is in MLflow."""
    status, (folder,) = train("trainer.max_passes=1")
    assert status == 0
    return folder


@pytest.fixture
def copied(tracked, tmp_path) -> Path:
    """A copy of a finished run, in an outputs folder of its own and unknown to any tracker."""
    folder = tmp_path / "outputs/runs" / tracked.name
    shutil.copytree(tracked, folder)
    (folder / "tracking.json").unlink()
    return folder


@pytest.mark.slow
def test_a_run_sent_from_its_folder_is_in_mlflow_as_if_it_had_been_there(tracked, copied, outputs, capsys):
    assert main(["track", str(copied)]) == 0
    assert "/runs/" in capsys.readouterr().out
    expected, found = page_of(tracked, outputs), page_of(copied, copied.parents[1])
    assert found == expected
    assert found[0] == "FINISHED"
    assert {"scores.csv", "report.html", "methods.md", "references.bib", "model/model.json"} <= found[5]


@pytest.mark.slow
def test_sending_twice_makes_one_run(copied):
    assert main(["track", str(copied)]) == main(["track", str(copied)]) == 0
    client = connect(default_place(copied.parents[1]))
    (experiment,) = (one for one in client.search_experiments() if one.name != "Default")
    assert len(client.search_runs([experiment.experiment_id])) == 1
    assert page_of(copied, copied.parents[1])[-1] == 1


@pytest.fixture
def stopped(train, monkeypatch):
    """Stop a run in the middle of its upload; return its exit status and its folder."""

    def stop(error):
        with monkeypatch.context() as patch:
            calls = []

            def some(client, run_id, folder):
                calls.append(folder)
                client.log_artifact(run_id, str(folder / "scores.csv"))
                raise error

            patch.setattr(tracking, "upload", some)
            try:
                status, (folder,) = train("trainer.max_passes=1")
            except SystemExit:
                status, (folder,) = None, set(calls)
        assert len(calls) == 1
        return status, folder

    return stop


@pytest.mark.slow
def test_resuming_a_run_that_died_while_it_was_sent_completes_it(stopped, toy_options, outputs, capsys):
    _, folder = stopped(SystemExit(9))
    assert (folder / "summary.json").is_file()
    assert page_of(folder, outputs)[0] != "FINISHED"
    again = ["train", f"resume={folder}", "trust=[toy]", f"--config-dir={toy_options}"]
    assert main(again) == 0
    status, _, state, _, _, files, _ = page_of(folder, outputs)
    assert (status, state) == ("FINISHED", "complete")
    assert {"report.html", "model/model.json", "history.csv"} <= files
    capsys.readouterr()
    assert main(again) == 1
    assert "this run is finished" in capsys.readouterr().err


@pytest.mark.slow
def test_a_tracker_that_fails_at_the_end_costs_no_score_and_the_message_has_the_remedy(stopped, outputs, capsys):
    status, folder = stopped(OSError("no route to host"))
    said = capsys.readouterr()
    assert status == 1
    assert "balanced accuracy" in said.out
    assert f"(no route to host); its folder is complete; send it to MLflow with: eegbench track {folder}" in said.err
    assert main(["track", str(folder)]) == 0
    assert page_of(folder, outputs)[0] == "FINISHED"


def test_hidden_files_links_and_pipes_are_not_sent(tmp_path):
    import os

    (tmp_path / ".hydra").mkdir()
    for name in ("scores.csv", ".loss.123.png", ".hydra/config.yaml"):
        (tmp_path / name).write_text("1")
    (tmp_path / "secret").symlink_to("/etc/passwd")
    (tmp_path / "etc").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    found = {file.relative_to(tmp_path).as_posix() for file in whole_files(tmp_path)}
    assert found == {"scores.csv", ".hydra/config.yaml"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"tracked": None}, "does not hold what a tracker needs"),
        ({"tracked": {"tags": []}}, "does not hold what a tracker needs"),
        ({"metrics": {"a": "high"}}, "does not hold what a tracker needs"),
        ({"model": "../../elsewhere"}, "outside the run's"),
    ],
)
def test_a_summary_that_is_not_a_run_s_is_refused(copied, changed, message, capsys):
    file = copied / "summary.json"
    summary = json.loads(file.read_text())
    if "model" in changed:
        summary["tracked"]["model"]["folder"] = changed["model"]
    elif isinstance(changed.get("tracked"), dict):
        summary["tracked"] |= changed["tracked"]
    else:
        summary |= changed
    file.write_text(json.dumps(summary))
    assert main(["track", str(copied)]) == 1
    said = capsys.readouterr().err
    assert str(file) in said
    assert message in said
    assert not (copied.parents[1] / "mlflow.db").exists()


def test_a_folder_without_a_finished_run_is_named(tmp_path, capsys):
    (tmp_path / "run").mkdir()
    assert main(["track", str(tmp_path / "run")]) == 1
    assert str(tmp_path / "run") in capsys.readouterr().err
