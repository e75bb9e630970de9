"""Output never fails for a character that the terminal lacks."""

import io
import subprocess
import sys

import pytest

from eegbench.text import MOST, clipped, replace_unencodable


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_the_terminal_lacks_is_replaced(monkeypatch, encoding):
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    replace_unencodable()
    for stream in (sys.stdout, sys.stderr):
        print("κ 0.61", file=stream, end="", flush=True)
    assert [stream.buffer.getvalue() for stream in streams] == [b"? 0.61", b"? 0.61"]


def test_a_stream_of_another_kind_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    replace_unencodable()
    print("κ")  # noqa: T201  what is tested
    assert sys.stdout.getvalue() == "κ\n"


PROGRAM = """
import sys
from eegbench.text import outlive_streams, output_was_lost
outlive_streams()
print("κ 0.61")
print("a note", file=sys.stderr)
for stream in (sys.stdout, sys.stderr): stream.flush()
open(sys.argv[1], "w").write(str(output_was_lost()))
"""


@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize(
    ("streams", "lost"),
    [
        ("", False),
        (">&- 2>&-", False),
        ("2>&-", False),
        (">/dev/full", True),
        (">/dev/full 2>&1", True),
        ("2>&1 | true", None),
    ],
)
def test_a_program_outlives_its_streams(tmp_path, streams, lost, unbuffered):
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    command = f'"{sys.executable}" {"-u" if unbuffered else ""} program.py done {streams}'
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert (tmp_path / "done").read_text() in ((str(lost),) if lost is not None else ("True", "False"))
    if not streams:
        assert (done.stdout, done.stderr) == ("κ 0.61\n", "a note\n")


def test_a_long_text_loses_its_middle():
    assert clipped("short") == "short"
    long = clipped("a" * 5000 + "b" * 5000)
    assert (len(long), long[:3], long[-3:]) == (MOST + 3, "aaa", "bbb")
