"""Output never fails for a character that the terminal lacks."""

import io
import sys

import pytest

from eegbench.text import replace_unencodable


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
