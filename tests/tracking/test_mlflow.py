import getpass
import json
import math
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from eegbench.tracking import RunFacts, ServedModel, tracked
from eegbench.tracking.links import ABOUT_TRAINING
from eegbench.tracking.mlflow import Mlflow

pytestmark = pytest.mark.slow  # MLflow takes seconds to import and to make a database


@pytest.fixture
def served(tmp_path) -> ServedModel:
    folder = tmp_path / "run" / "model"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.json").write_text(json.dumps({"scale": 3.0}))
    metadata = {"channels": ("Fpz-Cz", "Pz-Oz"), "sfreq": 100.0}
    return ServedModel("tracking.served_stub", folder, input_shape=(2, 30), classes=("mean", "std"), metadata=metadata)


def read(run):
    return run.client.get_run(run.run_id)


def artefacts(run) -> set[str]:
    found, folders = set(), [""]
    while folders:
        for file in run.client.list_artifacts(run.run_id, folders.pop()):
            (folders.append if file.is_dir else found.add)(file.path)
    return found


def test_a_finished_run_has_parameters_tags_metrics_data_and_files(tracker, make_facts):
    facts = make_facts()
    with tracked(tracker, facts) as lenient:
        run = lenient.run
        lenient.log_pass(0, {"loss/valid": 2.0})
        lenient.log_pass(1, {"loss/valid": 1.0})
        (facts.folder / "figures").mkdir()
        (facts.folder / "figures" / "loss.svg").write_text("<svg/>")
        lenient.finish(metrics={"test/f1/N1": 0.25}, model=None)

    kept = read(run)
    assert kept.info.status == "FINISHED"
    assert kept.info.run_name == "a run"
    assert kept.data.params == {"seed": "1", "trainer.lr": "0.0005", "model.name": "None"}
    assert kept.data.tags["git_commit"] == "abc"
    assert kept.data.metrics == {"loss/valid": 1.0, "test/f1/N1": 0.25}
    history = run.client.get_metric_history(run.run_id, "loss/valid")
    assert [(m.step, m.value) for m in history] == [(0, 2.0), (1, 1.0)]
    assert artefacts(run) == {"figures/loss.svg", "tracking.json"}
    (data,) = kept.inputs.dataset_inputs
    assert (data.dataset.name, data.dataset.digest) == ("simulated_sleep", "d" * 36)
    assert json.loads(data.dataset.profile) == {"n_subjects": 6}
    assert {tag.key: tag.value for tag in data.tags} == {"mlflow.data.context": "train"}


def test_runs_that_bring_the_same_data_at_one_moment_both_keep_it(tracker, make_facts, monkeypatch):
    from mlflow import MlflowClient, MlflowException

    original, calls = MlflowClient.log_inputs, []

    def log_inputs(*args, **kwargs):
        calls.append(args)
        if len(calls) == 1:
            raise MlflowException("(sqlite3.IntegrityError) UNIQUE constraint failed: datasets.experiment_id")
        return original(*args, **kwargs)

    monkeypatch.setattr(MlflowClient, "log_inputs", log_inputs)
    assert len(read(tracker.start(make_facts())).inputs.dataset_inputs) == 1
    assert len(calls) == 2


def test_database_and_files_lie_in_the_outputs_folder(tracker, make_facts, outputs):
    with tracked(tracker, make_facts()) as run:
        run.finish(metrics={}, model=None)
    assert tracker.place.uri == f"sqlite:///{outputs}/mlflow.db"
    assert (outputs / "mlartifacts" / run.run.run_id / "artifacts" / "tracking.json").is_file()


def test_the_experiment_option_goes_before_the_command_s_name(outputs, make_facts):
    run = Mlflow(uri=None, folder=str(outputs), experiment="mine", metrics="headline").start(make_facts())
    assert run.client.get_experiment(run.experiment_id).name == "mine"


def test_metrics_that_are_not_finite_are_left_out(tracker, make_facts):
    run = tracker.start(make_facts())
    run.log_pass(0, {"a": math.nan, "b": math.inf, "c": 1.0})
    assert read(run).data.metrics == {"c": 1.0}


def test_more_than_one_batch_of_parameters_and_metrics_is_kept(tracker, make_facts):
    run = tracker.start(make_facts(parameters={f"p{i}": i for i in range(250)}))
    run.log_pass(0, {f"m{i}": float(i) for i in range(1200)})
    assert len(read(run).data.params) == 250
    assert len(read(run).data.metrics) == 1200


def test_a_parameter_too_long_for_mlflow_is_kept_whole_in_a_file(tracker, make_facts, tmp_path):
    long = "x" * 7000
    run = tracker.start(make_facts(parameters={"dataset.subjects": long}, tags={"notes": "y" * 9000}))
    kept = read(run)
    assert "sha256" in kept.data.params["dataset.subjects"]
    assert "artefact parameters/dataset.subjects.txt" in kept.data.params["dataset.subjects"]
    file = run.client.download_artifacts(run.run_id, "parameters/dataset.subjects.txt", str(tmp_path))
    assert Path(file).read_text() == long
    assert "artefact tags/notes.txt" in kept.data.tags["notes"]


def test_odd_names_are_made_legal_and_stay_apart(tracker, make_facts):
    run = tracker.start(make_facts(parameters={"sampler@task[0]": 1, "a=b": 2, "a+b": 3}))
    run.log_pass(0, {"f1/Sleep stage ?": 0.5, "/abs": 0.5})
    params = read(run).data.params
    assert params["sampler_task_0_"] == "1"
    assert sorted(params.values()) == ["1", "2", "3"]
    assert set(read(run).data.metrics) == {"f1/Sleep stage _", "abs"}


def test_a_folder_s_run_is_continued(tracker, make_facts):
    first = tracker.start(make_facts())
    first.log_pass(0, {"loss": 2.0})
    first.log_pass(1, {"loss": 1.5})
    first.fail(KeyboardInterrupt())
    assert read(first).info.status == "KILLED"

    again = tracker.start(make_facts(parameters={"seed": 1, "trainer.max_passes": 9}))
    assert again.run_id == first.run_id
    assert read(again).info.status == "RUNNING"
    assert "failure" not in read(again).data.tags
    again.log_pass(1, {"loss": 1.5})
    again.log_pass(2, {"loss": 1.0})
    again.finish(metrics={}, model=None)
    history = again.client.get_metric_history(again.run_id, "loss")
    assert [m.step for m in history] == [0, 1, 2]
    assert len(read(again).inputs.dataset_inputs) == 1


def test_a_parameter_changed_on_resuming_becomes_a_tag(tracker, make_facts):
    tracker.start(make_facts(parameters={"trainer.max_passes": 5}))
    run = tracker.start(make_facts(parameters={"trainer.max_passes": 9}))
    assert read(run).data.params["trainer.max_passes"] == "5"
    assert read(run).data.tags["resumed.trainer.max_passes"] == "9"


def test_a_folder_whose_run_was_deleted_begins_another(tracker, make_facts):
    first = tracker.start(make_facts())
    first.client.delete_run(first.run_id)
    assert tracker.start(make_facts()).run_id != first.run_id


def test_the_children_of_a_deleted_run_become_those_of_the_run_that_replaces_it(tracker, make_facts, caplog):
    first = tracker.start(make_facts())
    make = lambda name: make_facts(folder=first.folder / name, parent=first.folder)  # noqa: E731
    (first.folder / "0").mkdir()
    (first.folder / "1").mkdir()
    before = tracker.start(make("0"))
    first.client.delete_run(first.run_id)
    after = tracker.start(make("1"))
    assert f"the run of this sweep was deleted in MLflow ({first.run_id})" in caplog.text
    second = tracker.start(make_facts())
    assert second.run_id != first.run_id
    assert {read(child).data.tags["mlflow.parentRunId"] for child in (before, after)} == {second.run_id}


def test_a_run_that_was_deleted_while_it_ran_is_not_finished_into_the_void(tracker, make_facts):
    run = tracker.start(make_facts())
    run.client.delete_run(run.run_id)
    with pytest.raises(ValueError, match=rf"the MLflow run {run.run_id} was deleted while it ran.*Its files are in"):
        run.finish(metrics={"a": 1.0}, model=None)


def test_a_deleted_experiment_gets_a_sentence(tracker, make_facts):
    run = tracker.start(make_facts(experiment="gone"))
    run.client.delete_experiment(run.experiment_id)
    (run.folder / "tracking.json").unlink()
    with pytest.raises(ValueError, match=r"'gone' was deleted.*tracking\.experiment=NAME"):
        tracker.start(make_facts(experiment="gone"))


def test_a_failed_run_carries_its_reason(tracker, make_facts):
    with pytest.raises(ValueError, match="loss"), tracked(tracker, make_facts()) as run:
        raise ValueError("the loss is not finite")
    assert read(run.run).info.status == "FAILED"
    assert read(run.run).data.tags["failure"] == "the loss is not finite"


def test_a_run_that_diverged_has_that_state(tracker, make_facts):
    states = {ZeroDivisionError: "diverged"}
    with pytest.raises(ZeroDivisionError), tracked(tracker, make_facts(), states=states) as run:
        raise ZeroDivisionError("the loss is not finite")
    assert read(run.run).info.status == "FAILED"
    assert read(run.run).data.tags["state"] == "diverged"


def test_only_the_metrics_of_the_headline_are_logged_in_its_order(tracker, make_facts, outputs):
    facts = make_facts(headline=("test/linear/*", "valid/linear/accuracy", "train_loss"))
    run = tracker.start(facts)
    run.log_pass(0, {"seconds": 1.0, "train_loss": 2.0})
    metrics = {
        "valid/linear/accuracy": 0.5,
        "test/linear/accuracy": 0.25,
        "test/knn/accuracy": 0.75,
        "run/seconds": 1.0,
    }
    assert run._chosen(metrics) == ["test/linear/accuracy", "valid/linear/accuracy"]
    run.finish(metrics=metrics, model=None)
    assert set(read(run).data.metrics) == {"train_loss", "test/linear/accuracy", "valid/linear/accuracy"}

    every = Mlflow(uri=None, folder=str(outputs), experiment=None, metrics="all").start(facts)
    every.finish(metrics=metrics, model=None)
    assert metrics.keys() < set(read(every).data.metrics)


def test_a_remark_after_the_name_of_a_split_does_not_hide_a_score(tracker, make_facts):
    run = tracker.start(make_facts(headline=("test/linear/accuracy",)))
    assert run._chosen(["test (within subject)/linear/accuracy"]) == ["test (within subject)/linear/accuracy"]


def test_the_description_shows_pictures_of_the_run_and_leaves_other_addresses(tracker, make_facts):
    run = tracker.start(make_facts())
    run.finish(metrics={}, model=None, description="![scores](figures/scores.png) [page](https://eeg.org)")
    picture = f"get-artifact?run_uuid={run.run_id}&path=figures/scores.png"
    assert read(run).data.tags["mlflow.note.content"] == f"![scores]({picture}) [page](https://eeg.org)"


def test_mlflow_s_own_tags_tell_who_made_the_run_with_which_code(tracker, make_facts):
    kept = read(tracker.start(make_facts(source="eegbench train", tags={"git_commit": "abc"}))).data.tags
    assert kept["mlflow.source.name"] == "eegbench train"
    assert kept["mlflow.source.type"] == "LOCAL"
    assert kept["mlflow.source.git.commit"] == "abc"
    assert kept["mlflow.user"] == getpass.getuser()


def test_the_link_leads_to_the_run(tracker, make_facts, outputs):
    run = tracker.start(make_facts())
    assert run.link.startswith(f"eegbench ui --outputs '{outputs}'")
    assert run.link.endswith(
        f"http://127.0.0.1:5000/#/experiments/{run.experiment_id}/runs/{run.run_id}?{ABOUT_TRAINING}"
    )


def test_the_model_loads_back_with_its_signature_and_predicts_the_same(tracker, make_facts, served):
    import mlflow

    with tracked(tracker, make_facts()) as lenient:
        lenient.finish(metrics={}, model=served)
    run = lenient.run
    (output,) = read(run).outputs.model_outputs
    kept = run.client.get_logged_model(output.model_id)
    folder = Path(kept.artifact_location.removeprefix("file://").replace("%20", " "))
    model = mlflow.pyfunc.load_model(str(folder))

    x = np.random.default_rng(0).normal(size=(4, 2, 30)).astype(np.float32)
    expected = np.stack([3 * x.mean(axis=(1, 2)), x.std(axis=(1, 2))], axis=1)
    found = model.predict(x)
    np.testing.assert_allclose(found[["mean", "std"]], expected, rtol=1e-6)
    assert list(found["predicted"]) == [("mean", "std")[i] for i in expected.argmax(axis=1)]
    assert model.metadata.signature.outputs.input_names() == ["predicted", "mean", "std"]
    assert model.metadata.signature.inputs.inputs[0].shape == (-1, 2, 30)
    assert model.metadata.metadata == {"channels": ["Fpz-Cz", "Pz-Oz"], "sfreq": 100.0}
    with pytest.raises(mlflow.exceptions.MlflowException, match="shape"):
        model.predict(x[:, :1])
    assert not [file for file in folder.rglob("*") if "pkl" in file.name or "pickle" in file.name]
    requirements = (folder / "requirements.txt").read_text()
    assert "eegbench==" in requirements
    assert kept.status.name == "READY"


def test_nothing_falls_into_the_working_directory(tracker, make_facts, served, tmp_path, monkeypatch):
    here = tmp_path / "empty"
    here.mkdir()
    monkeypatch.chdir(here)
    with tracked(tracker, make_facts()) as run:
        run.finish(metrics={"a": 1.0}, model=served)
    assert list(here.iterdir()) == []


def test_mlflow_is_imported_only_when_a_run_starts():
    code = (
        "import sys; from eegbench.tracking.mlflow import Mlflow; "
        "Mlflow(uri=None, folder='.', experiment=None, metrics='headline'); sys.exit('mlflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


QUIET_RUN = """
import logging, socket, sys
from pathlib import Path
from eegbench.tracking import RunFacts, ServedModel
from eegbench.tracking.mlflow import Mlflow

logging.basicConfig(level="INFO")
socket.socket.connect = lambda self, address: print("network:", address)
model = ServedModel(loader=sys.argv[1], folder=Path(sys.argv[2]), input_shape=(2, 30), classes=("mean", "std"))
run = Mlflow(uri=None, folder="outputs", experiment=None, metrics="headline").start(RunFacts("e", "n", Path("run"), {}))
run.finish(metrics={}, model=model)
assert logging.getLogger().level == logging.INFO
assert len(logging.getLogger().handlers) == 1
"""


def test_a_new_store_is_set_up_without_a_word_to_the_terminal_or_the_network(tmp_path, served):
    here = tmp_path / "here"
    here.mkdir()
    quiet = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW", "PYTEST"))}
    command = [sys.executable, "-c", QUIET_RUN, served.loader, str(served.folder)]
    done = subprocess.run(command, cwd=here, env=quiet, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {file.name for file in here.iterdir()} == {"run", "outputs"}


def one_run(outputs: Path, number: int) -> None:
    folder = outputs / f"run-{number}"
    facts = RunFacts("together", f"run {number}", folder, {"number": number})
    with tracked(Mlflow(uri=None, folder=str(outputs), experiment=None, metrics="headline"), facts) as run:
        run.log_pass(0, {"loss": float(number)})
        run.finish(metrics={}, model=None)


@pytest.mark.study
def test_four_processes_on_a_new_store_keep_all_their_runs(tmp_path):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=one_run, args=(tmp_path, number)) for number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]

    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    experiment = client.get_experiment_by_name("together")
    runs = client.search_runs([experiment.experiment_id])
    assert sorted(run.data.params["number"] for run in runs) == ["0", "1", "2", "3"]
    assert {run.info.status for run in runs} == {"FINISHED"}


def test_a_process_that_was_killed_before_it_noted_its_run_leaves_one_to_go_on_with(tracker, make_facts):
    facts = make_facts()
    first = tracker.start(facts)
    (facts.folder / "tracking.json").unlink()
    again = tracker.start(facts)
    assert again.run_id == first.run_id
    assert (facts.folder / "tracking.json").is_file()
    again.finish(metrics={}, model=None)
    (facts.folder / "tracking.json").unlink()
    assert tracker.start(facts).run_id != first.run_id
