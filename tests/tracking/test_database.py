import re
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from eegbench.address import kept
from eegbench.tracking.database import check_writable, connect, default_place, find_place


def test_null_means_the_database_in_the_outputs_folder(tmp_path):
    place = find_place(None, tmp_path)
    assert place.uri == f"sqlite:///{tmp_path}/mlflow.db"
    assert place.artefacts == f"file://{tmp_path}/mlartifacts"


def test_addresses_are_absolute_whatever_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_place(None, Path("outputs")).uri == f"sqlite:///{tmp_path}/outputs/mlflow.db"
    assert find_place("sqlite:///mine.db", Path("outputs")).uri == f"sqlite:///{tmp_path}/mine.db"


def test_a_server_keeps_its_own_files(tmp_path):
    place = find_place("https://mlflow.example.org", tmp_path)
    assert (place.artefacts, place.lock) == (None, None)


def test_a_password_is_not_shown(tmp_path):
    assert find_place("postgresql://me:secret@db/runs", tmp_path).public_uri == "postgresql://me:***@db/runs"
    assert find_place("https://me:secret@host:5000", tmp_path).public_uri == "https://me:***@host:5000"
    assert find_place("http://127.0.0.1:5000", tmp_path).public_uri == "http://127.0.0.1:5000"


@pytest.mark.parametrize("uri", ["file:///tmp/mlruns", "./mlruns", "htp://x"])
def test_a_store_that_mlflow_no_longer_has_gets_a_sentence(uri, tmp_path):
    with pytest.raises(ValueError, match=r"tracking\.uri=.*expected sqlite:///FILE"):
        find_place(uri, tmp_path)


@pytest.mark.parametrize("uri", ["http://me:secret@127.0.0.1:{}", "postgresql+psycopg://me:s@ecret@127.0.0.1:{}/runs"])
def test_what_does_not_answer_is_named_at_once_and_without_its_password(uri, free_port, tmp_path):
    with pytest.raises(ValueError, match=r"no MLflow server or database answers .*eegbench track") as caught:
        connect(find_place(uri.format(free_port), tmp_path))
    assert "me:***@127.0.0.1" in str(caught.value)
    assert "ecret" not in str(caught.value)


def test_a_server_that_asks_for_a_password_gets_the_one_in_the_address(free_port, tmp_path):
    asked = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Authorization"]))
            self.send_response(200 if asked[-1][1] else 401)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_GET  # noqa: N815  called by http.server

        def log_message(self, *_):
            """Print nothing."""

    with HTTPServer(("127.0.0.1", free_port), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        connect(find_place(kept(f"http://me:ge%40heim@127.0.0.1:{free_port}"), tmp_path))
        server.shutdown()
    (_, first), *others = asked
    assert first is None
    assert {key for _, key in others} == {f"Basic {b64encode(b'me:ge@heim').decode()}"}
    assert any("experiments" in path for path, _ in others)


@pytest.mark.parametrize("name", ["what?", "100%20"])
def test_a_path_that_an_address_cannot_hold_gets_a_sentence(name, tmp_path):
    with pytest.raises(ValueError, match=r"must not contain \? or %; name another with paths\.outputs=FOLDER"):
        find_place(None, tmp_path / name)


@pytest.mark.slow
def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "mlflow.db").write_text("<html>not a database</html>" * 100)
    with pytest.raises(ValueError, match=r"cannot open sqlite:///.*mlflow\.db \(.*not a database.*paths\.outputs"):
        connect(find_place(None, tmp_path))


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "outputs").write_text("a file where a folder should be")
    with pytest.raises(ValueError, match=r"cannot open sqlite:///.*outputs/mlflow\.db \(.*paths\.outputs=FOLDER"):
        connect(find_place(None, tmp_path / "outputs"))


@pytest.mark.parametrize("closed", ["mlflow.db", "", "mlartifacts"])
def test_a_place_in_which_nothing_can_be_written_is_named(tmp_path, monkeypatch, closed):
    place = default_place(tmp_path)
    check_writable(place)  # nothing is there yet
    (tmp_path / "mlflow.db").touch()
    (tmp_path / "mlartifacts").mkdir()
    check_writable(place)
    path = tmp_path.resolve() / closed
    monkeypatch.setattr("eegbench.tracking.database.os.access", lambda one, _: one != path)  # root may write anywhere
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))}: writing is not permitted, so MLflow cannot keep"):
        check_writable(place)
