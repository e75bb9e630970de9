"""A file is there whole or not at all."""

import os
from pathlib import Path

import pytest

from eegbench.atomic import atomic_path


def test_what_was_written_takes_the_files_place_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "deep" / "a.csv"
    for text in ("first", "second"):
        with atomic_path(path) as aside:
            assert aside.suffix == ".csv"
            aside.write_text(text)
        assert path.read_text() == text
    assert list(path.parent.iterdir()) == [path]


def interrupted(path):
    with atomic_path(path) as aside:
        aside.write_text("half")
        raise KeyboardInterrupt


def test_a_block_that_fails_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        interrupted(path)
    assert {file: file.read_text() for file in tmp_path.iterdir()} == {path: "before"}


def test_a_block_that_writes_nothing_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "a.csv"):
        pass


def test_a_file_is_on_disk_before_it_is_renamed_and_its_folder_afterwards(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda handle: seen.append(Path(f"/proc/self/fd/{handle}").readlink()))
    with atomic_path(tmp_path / "a.csv") as aside:
        aside.write_text("text")
    assert seen == [aside, tmp_path]
