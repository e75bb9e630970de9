"""A database whose creation ended early is created again; one that holds runs is never touched."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from eegbench.tracking.database import connect, default_place, quiet
from eegbench.tracking.database_file import ensure_database


@pytest.fixture(scope="module")
def statements(tmp_path_factory):
    """The SQL statements that make a complete database without runs."""
    file = tmp_path_factory.mktemp("complete") / "mlflow.db"
    with quiet():
        ensure_database(file, (file.parent / "files").as_uri())
    with closing(sqlite3.connect(file)) as database:
        return list(database.iterdump())


def make(file, statements):
    with closing(sqlite3.connect(file)) as database:
        database.executescript("\n".join([*(one for one in statements if one != "COMMIT;"), "COMMIT;"]))


def runs_of(file):
    with closing(sqlite3.connect(file)) as database:
        return database.execute("select count(*) from runs").fetchone()[0]


def log_a_run(folder):
    client = connect(default_place(folder))
    client.create_run(client.create_experiment("first"))


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.95])
def test_a_database_without_all_tables_is_created_again(tmp_path, statements, share):
    file = tmp_path / "mlflow.db"
    make(file, [line for line in statements if "alembic_version" not in line][: int(share * len(statements))])
    log_a_run(tmp_path)
    assert runs_of(file) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mlflow.db", "mlflow.db.lock", "mlflow.db.unfinished"]


@pytest.mark.slow
def test_an_empty_file_is_created_again(tmp_path):
    (tmp_path / "mlflow.db").touch()
    log_a_run(tmp_path)
    assert runs_of(tmp_path / "mlflow.db") == 1


@pytest.mark.slow
def test_an_unfinished_schema_without_runs_is_created_again_and_one_with_runs_stays(tmp_path, statements):
    for name, n_runs in (("without", 0), ("with", 1)):
        folder = tmp_path / name
        folder.mkdir()
        make(folder / "mlflow.db", statements)
        if n_runs:
            log_a_run(folder)
        with closing(sqlite3.connect(folder / "mlflow.db")) as database, database:
            database.execute("update alembic_version set version_num = '451aebb31d03'")
    log_a_run(tmp_path / "without")
    before = (tmp_path / "with/mlflow.db").read_bytes()
    connect(default_place(tmp_path / "with"))
    assert (tmp_path / "with/mlflow.db").read_bytes() == before
    assert (tmp_path / "without/mlflow.db.unfinished").exists()


@pytest.mark.slow
def test_a_complete_database_without_runs_stays(tmp_path, statements):
    make(tmp_path / "mlflow.db", [*statements, "update experiments set name = 'mine';"])
    assert connect(default_place(tmp_path)).search_experiments()[0].name == "mine"
    assert not (tmp_path / "mlflow.db.unfinished").exists()


@pytest.mark.slow
def test_nothing_stays_where_it_could_not_be_written(tmp_path, monkeypatch):
    import mlflow.store.tracking.sqlalchemy_store as stores

    def full(uri, artefacts):
        (tmp_path / ".mlflow.db.new").write_bytes(b"half")
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(stores, "SqlAlchemyStore", full)
    with pytest.raises(ValueError, match=r"cannot open .*disk is full"):
        connect(default_place(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db.lock"]


@pytest.mark.slow
@pytest.mark.parametrize("statement", [3, 40, 90])
def test_a_kill_during_the_creation_leaves_a_folder_that_the_next_process_uses(tmp_path, statement):
    script = f"""
import os, signal
import mlflow.store.tracking.sqlalchemy_store, sqlalchemy
from eegbench.tracking.database import connect, default_place
from pathlib import Path
n = 0
@sqlalchemy.event.listens_for(sqlalchemy.Engine, "after_cursor_execute")
def count(*_):
    global n
    n += 1
    if n == {statement}:
        os.kill(os.getpid(), signal.SIGKILL)
connect(default_place(Path({str(tmp_path)!r})))
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run([sys.executable, "-c", script], env=environment, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "mlflow.db").exists()
    log_a_run(tmp_path)
    assert runs_of(tmp_path / "mlflow.db") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mlflow.db", "mlflow.db.lock"]
