import sqlite3
from contextlib import closing

import pytest

from eegbench.tracking.reachable import reachable


def test_a_database_is_counted_and_not_changed(tmp_path):
    assert reachable(None, tmp_path) == f"{tmp_path}/mlflow.db: no runs yet; the first run creates it"
    assert list(tmp_path.iterdir()) == []
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database, database:
        database.execute("CREATE TABLE runs (run_uuid TEXT)")
        database.execute("INSERT INTO runs VALUES ('a')")
    assert reachable(None, tmp_path) == f"{tmp_path}/mlflow.db: 1 run"


def test_a_file_that_is_no_database_and_a_server_that_is_silent_are_named(tmp_path):
    (tmp_path / "mlflow.db").write_text("<html>" * 100)
    with pytest.raises(ValueError, match="is not a database of MLflow, or is damaged"):
        reachable(None, tmp_path)
    with pytest.raises(
        ValueError, match=r"no MLflow server or database answers at tracking\.uri=http://127\.0\.0\.1:9"
    ):
        reachable("http://127.0.0.1:9", tmp_path)
