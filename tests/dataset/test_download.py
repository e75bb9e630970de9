"""Downloads continue where they stopped, and no path has half a file."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from eegbench.dataset.download import download
from eegbench.dataset.resumable import part_file

CONTENT = bytes(range(256)) * 4096
HALF = len(CONTENT) // 2


class Server(BaseHTTPRequestHandler):
    """Serve `CONTENT`: the first answer ends in the middle; later ones start at the byte that is asked for."""

    asked: list[str | None]
    can_continue: bool

    def do_GET(self):
        start = self.headers.get("Range")
        self.asked.append(start)
        first = int(start.removeprefix("bytes=").rstrip("-")) if start and self.can_continue else 0
        if first >= len(CONTENT):
            self.send_error(416)
            return
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(CONTENT) - first))
        self.end_headers()
        self.wfile.write(CONTENT[first : HALF if len(self.asked) == 1 else None])

    def log_message(self, *words):
        pass


@pytest.fixture(params=[True, False], ids=["continues", "starts again"])
def server(request):
    handler = type("Handler", (Server,), {"asked": [], "can_continue": request.param})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield handler, f"http://127.0.0.1:{made.server_port}"
        made.shutdown()


def get(folder: Path, address: str) -> None:
    download(["a.edf"], addresses=[address], folder=folder, check=lambda path: path)


def test_a_download_that_was_interrupted_continues(server, tmp_path: Path):
    handler, address = server
    with pytest.raises(
        FileNotFoundError, match="the connection ended after 524,288 of 1,048,576 bytes, which are kept"
    ):
        get(tmp_path, address)
    assert not (tmp_path / "a.edf").exists()
    assert part_file(tmp_path / "a.edf").read_bytes() == CONTENT[:HALF]
    get(tmp_path, address)
    assert (tmp_path / "a.edf").read_bytes() == CONTENT
    assert handler.asked == [None, f"bytes={HALF}-"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.edf", "checksums.json"]


def test_a_part_that_is_already_complete_is_downloaded_again(server, tmp_path: Path):
    handler, address = server
    handler.asked.append(None)
    part_file(tmp_path / "a.edf").write_bytes(CONTENT)
    get(tmp_path, address)
    assert hashlib.sha256((tmp_path / "a.edf").read_bytes()).digest() == hashlib.sha256(CONTENT).digest()


def test_without_an_answer_the_address_and_what_to_do_are_named(tmp_path: Path):
    words = (
        r"http://127\.0\.0\.1:9/a\.edf could not be fetched .*repeat the command with a network .*dataset\.root=FOLDER"
    )
    with pytest.raises(FileNotFoundError, match=words):
        get(tmp_path, "http://127.0.0.1:9")
    assert list(tmp_path.iterdir()) == []
