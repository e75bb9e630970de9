import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing

import psutil
import pytest

from eegbench.command import ui
from eegbench.tracking import RunFacts, server
from eegbench.tracking.mlflow import Mlflow


@pytest.fixture
def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_without_runs_it_says_what_to_do(tmp_path, capsys):
    assert ui.main(["--outputs", str(tmp_path)]) == 1
    assert f"no runs yet: there is no {tmp_path}/mlflow.db; run `eegbench train`" in capsys.readouterr().err


def test_a_taken_port_gets_a_sentence(tmp_path, capsys):
    (tmp_path / "mlflow.db").touch()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert ui.main(["--outputs", str(tmp_path), "--port", str(port)]) == 1
    assert f"port {port} on 127.0.0.1 cannot be used" in capsys.readouterr().err


def test_an_impossible_port_gets_a_sentence(tmp_path, capsys):
    (tmp_path / "mlflow.db").touch()
    assert ui.main(["--outputs", str(tmp_path), "--port", "70000"]) == 1
    assert "port 70000" in capsys.readouterr().err


@pytest.fixture
def unserved(monkeypatch):
    """A server that must not be started."""
    monkeypatch.setattr(server, "server_command", lambda *words, **options: pytest.fail("a server was started"))


@pytest.mark.slow
@pytest.mark.parametrize("table", ["runs", "experiments"])
def test_a_database_whose_files_are_elsewhere_is_not_served(tmp_path, free_port, unserved, capsys, table):
    outputs, private = tmp_path / "given", tmp_path / "private"
    private.mkdir()
    (private / "key").write_text("private")
    Mlflow(uri=None, folder=str(outputs), experiment=None, metrics="headline").start(
        RunFacts("sleep", "a run", outputs / "run", {})
    )
    column = {"runs": "artifact_uri", "experiments": "artifact_location"}[table]
    with closing(sqlite3.connect(outputs / "mlflow.db")) as database, database:
        database.execute(f"UPDATE {table} SET {column} = ?", (private.as_uri(),))
    assert ui.main(["--outputs", str(outputs), "--port", str(free_port)]) == 1
    said = capsys.readouterr().err
    assert f"says that files of runs are in {private.as_uri()}, outside {outputs}" in said
    assert "mlflow ui --backend-store-uri" in said


def test_a_link_in_place_of_the_servers_log_is_not_followed(tmp_path, free_port, monkeypatch):
    outputs, key = tmp_path / "given", tmp_path / "key"
    outputs.mkdir()
    key.write_text("private")
    (outputs / "mlflow.db").write_text("no database")
    (outputs / "ui.log").symlink_to(key)

    class Server:
        pid = 0

        def __init__(self, *words, stdout, **options):
            stdout.write("started")

    monkeypatch.setattr(server.subprocess, "Popen", Server)
    monkeypatch.setattr(server, "_wait", lambda *words: 0)
    monkeypatch.setattr(server, "_end", lambda process: None)
    assert ui.main(["--outputs", str(outputs), "--port", str(free_port)]) == 0
    assert key.read_text() == "private"
    assert (outputs / "ui.log").read_text() == "started"


def start(folder, port) -> subprocess.Popen:
    code = "import sys; from eegbench.command.ui import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "--outputs", str(folder), "--port", str(port)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_it_shows_the_runs_until_ctrl_c_and_leaves_no_process(tmp_path, free_port):
    facts = RunFacts("sleep", "a run", tmp_path / "run", {})
    run = Mlflow(uri=None, folder=str(tmp_path), experiment=None, metrics="headline").start(facts)
    run.finish(metrics={}, model=None)

    with start(tmp_path, free_port) as process:
        assert process.stdout.readline() == f"MLflow: http://127.0.0.1:{free_port}  (Ctrl-C stops it)\n"
        servers = psutil.Process(process.pid).children(recursive=True)
        with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/", timeout=30) as page:
            assert page.status == 200
        artefact = f"http://127.0.0.1:{free_port}/get-artifact?path=tracking.json&run_uuid={run.run_id}"
        with urllib.request.urlopen(artefact, timeout=30) as page:
            assert run.run_id in page.read().decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    assert servers
    assert not [server for server in servers if server.is_running()]
    assert {file.name for file in tmp_path.iterdir()} <= {
        "mlflow.db",
        "mlflow.db.lock",
        "mlartifacts",
        "run",
        "ui.log",
    }


@pytest.mark.study
def test_a_server_that_cannot_start_is_reported_with_its_log(tmp_path, free_port):
    (tmp_path / "mlflow.db").write_text("<html>" * 100)
    with start(tmp_path, free_port) as process:
        _, words = process.communicate(timeout=120)
    assert process.returncode == 1
    assert f"did not start; its log is {tmp_path}/ui.log" in words
