"""The database in an outputs folder, which may come from a stranger, cannot choose where files are written."""

import sqlite3
from contextlib import closing

import pytest

from eegbench.tracking import RunFacts
from eegbench.tracking.database import default_place
from eegbench.tracking.inside_outputs import check_inside
from eegbench.tracking.mlflow import Mlflow


@pytest.mark.parametrize(
    "files",
    ["file:///home/someone", "/home/someone", "s3://bucket/runs", "http://203.0.113.7/x", "mlflow-artifacts:/1"],
)
def test_files_outside_the_outputs_folder_are_refused_with_the_words_that_confirm_them(files, tmp_path):
    place = default_place(tmp_path)
    with pytest.raises(ValueError, match=rf"stores files of this run in {files}, outside .*tracking\.uri=sqlite:///"):
        check_inside(files, place, tmp_path)


def test_files_in_the_outputs_folder_pass_whatever_its_name(tmp_path):
    outputs = tmp_path / "outputs of 10 %"
    place = default_place(tmp_path)
    check_inside((outputs / "mlartifacts").as_uri(), place, outputs)
    with pytest.raises(ValueError, match="outside"):
        check_inside(f"{(outputs / 'mlartifacts').as_uri()}/../../x", place, outputs)


@pytest.mark.slow
def test_a_run_whose_files_a_database_stores_elsewhere_is_not_continued_unless_the_database_is_named(tmp_path):
    outputs, home = tmp_path / "outputs", tmp_path / "home"
    home.mkdir()
    (home / "key").write_text("private")
    facts = RunFacts("sleep", "a", outputs / "a", {}, {})
    Mlflow(uri=None, folder=str(outputs), experiment=None, metrics="headline").start(facts)
    (facts.folder / "key").write_text("overwritten")
    with closing(sqlite3.connect(outputs / "mlflow.db")) as database, database:
        database.execute("UPDATE runs SET artifact_uri = ?", (home.as_uri(),))
    with pytest.raises(ValueError, match="outside"):
        Mlflow(uri=None, folder=str(outputs), experiment=None, metrics="headline").start(facts)
    assert (home / "key").read_text() == "private"
    with closing(sqlite3.connect(outputs / "mlflow.db")) as database, database:
        database.execute("UPDATE experiments SET artifact_location = ?", (home.as_uri(),))
    with pytest.raises(ValueError, match="outside"):
        Mlflow(uri=None, folder=str(outputs), experiment=None, metrics="headline").start(
            RunFacts("sleep", "b", outputs / "b", {}, {})
        )
    assert not (outputs / "b").exists()
    named = Mlflow(uri=default_place(outputs).uri, folder=str(outputs), experiment=None, metrics="headline")
    named.start(facts).finish(metrics={}, model=None)
    assert (home / "key").read_text() == "overwritten"
