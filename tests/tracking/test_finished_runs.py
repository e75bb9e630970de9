import json
import sqlite3
from dataclasses import replace

import pytest

from eegbench.tracking.database import default_place
from eegbench.tracking.finished_runs import Archive, parent_id
from eegbench.tracking.mlflow import PARENT, Mlflow

pytestmark = pytest.mark.slow  # MLflow takes seconds to import and to make a database


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Two experiments: a parent with two children, one of them failed, and a run without a parent."""
    from eegbench.tracking import RunFacts

    outputs = tmp_path_factory.mktemp("kept here")
    tracker = Mlflow(uri=None, folder=str(outputs), experiment=None, metrics="headline")

    def start(name, experiment="sleep", parent=None, **parameters):
        tags = {PARENT: parent} if parent else {}
        return tracker.start(RunFacts(experiment, name, outputs / name, parameters, {"model": "small", **tags}))

    parent = start("parent")
    first, second = (start(f"child {i}", parent=parent.run_id, seed=i) for i in (1, 2))
    (first.folder / "predictions.parquet").write_text("here")
    first.finish(metrics={"test/linear/accuracy": 0.5}, model=None)
    second.fail(ValueError("the loss"))
    parent.finish(metrics={}, model=None)
    start("alone", experiment="other", seed=7).finish(metrics={}, model=None)
    return outputs, parent


@pytest.fixture(scope="module")
def archive(kept, tmp_path_factory):
    return Archive(default_place(kept[0]), tmp_path_factory.mktemp("aside"))


def find(archive, experiment=None, parent=None, filter_=None):
    return archive.find(experiment=experiment, parent=parent, filter_=filter_)


def test_runs_are_found_by_experiment_parent_and_filter_together(archive, kept):
    parent = kept[1].run_id
    assert [run.name for run in find(archive)] == ["parent", "child 1", "child 2", "alone"]
    assert [run.name for run in find(archive, experiment="other")] == ["alone"]
    assert [run.name for run in find(archive, parent=parent)] == ["child 1", "child 2"]
    assert [run.name for run in find(archive, "sleep", parent, "params.seed = '2'")] == ["child 2"]
    assert find(archive, "other", parent) == []


def test_a_run_has_all_that_was_logged_and_its_files(archive, kept):
    first, second = find(archive, parent=kept[1].run_id)
    assert (first.status, second.status) == ("FINISHED", "FAILED")
    assert first.parameters == {"seed": "1"}
    assert first.tags["model"] == "small"
    assert first.experiment == "sleep"
    assert first.link.endswith(f"/#/experiments/{first.experiment_id}/runs/{first.id}?workflowType=machine_learning")
    assert archive.fetch(first, "predictions.parquet").read_text() == "here"
    assert archive.fetch(second, "predictions.parquet") is None
    assert str(first) == f"'child 1' ({first.id[:8]})"


def test_nothing_is_fetched_from_a_server_that_a_database_in_a_file_names(archive, kept):
    first, _ = find(archive, parent=kept[1].run_id)
    assert archive.fetch(replace(first, files="mlflow-artifacts:/1/2"), "predictions.parquet") is None
    assert not (archive.aside / first.id).exists()


def test_files_that_a_server_keeps_are_fetched_aside(archive, kept, monkeypatch):
    first, second = find(archive, parent=kept[1].run_id)
    monkeypatch.setattr(archive, "place", replace(archive.place, uri="http://127.0.0.1:5000"))
    path = archive.fetch(replace(first, files="mlflow-artifacts:/1/2"), "predictions.parquet")
    assert path.is_relative_to(archive.aside)
    assert path.read_text() == "here"
    assert archive.fetch(replace(second, files="mlflow-artifacts:/1/2"), "predictions.parquet") is None


def test_what_there_is_not_gets_a_sentence(archive, kept):
    with pytest.raises(ValueError, match=r"no experiment 'slep' \(did you mean sleep\?\); there are .*other, sleep"):
        find(archive, experiment="slep")
    with pytest.raises(ValueError, match="there is no run abc"):
        find(archive, parent="abc")
    with pytest.raises(ValueError, match="MLflow cannot read the filter 'model is small'"):
        find(archive, filter_="model is small")


def test_without_a_database_it_says_what_to_do_and_makes_none(tmp_path):
    with pytest.raises(FileNotFoundError, match="no runs yet: there is no .*mlflow.db; run `eegbench train`"):
        Archive(default_place(tmp_path), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_sweeps_folder_names_its_run(kept, tmp_path):
    place = default_place(kept[0])
    assert parent_id("abc", place) == "abc"
    assert parent_id(str(kept[1].folder), place) == kept[1].run_id
    with pytest.raises(FileNotFoundError, match=r"there is no tracking.json in it, nor in its folder sweep"):
        parent_id(str(tmp_path), place)
    (tmp_path / "sweep").mkdir()
    facts = {"uri": place.public_uri, "run_id": "7"}
    (tmp_path / "sweep" / "tracking.json").write_text(json.dumps(facts))
    assert parent_id(str(tmp_path), place) == "7"
    (tmp_path / "sweep" / "tracking.json").write_text(json.dumps(facts | {"uri": "sqlite:////else"}))
    with pytest.raises(ValueError, match="add --tracking-uri sqlite:////else"):
        parent_id(str(tmp_path), place)


def test_runs_are_those_that_mlflows_client_finds_with_the_same_facts(archive, kept):
    every = "attributes.status != 'SCHEDULED'"  # with a filter, MLflow searches
    for words in ((), ("sleep",), ("sleep", kept[1].run_id)):
        given = dict(zip(("experiment", "parent"), words, strict=False))
        assert find(archive, **given) == find(archive, **given, filter_=every) != []


def test_a_search_takes_three_statements_however_many_runs_there_are(archive, monkeypatch):
    statements = []

    class Watched(sqlite3.Connection):
        def execute(self, *words):
            statements.append(words[0])
            return super().execute(*words)

    whole = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *words, **options: whole(*words, **options, factory=Watched))
    assert len(find(archive)) == 4
    assert [text.split(" FROM ")[1].split()[0] for text in statements] == ["runs", "params", "tags"]


def test_a_deleted_run_is_not_found(archive, kept):
    run = kept[1].client.create_run(find(archive)[0].experiment_id)
    assert run.info.run_id in [one.id for one in find(archive)]
    kept[1].client.delete_run(run.info.run_id)
    assert run.info.run_id not in [one.id for one in find(archive)]
