"""A run's folder from a stranger has only files of its own."""

import os

import pytest

from eegbench.own_files import LARGE, check_own_files


def test_a_file_that_is_mostly_holes_is_refused_as_a_copy_would_fill_the_disk(tmp_path):
    (tmp_path / "a.txt").write_text("text")
    check_own_files(tmp_path)
    os.truncate(tmp_path / "a.txt", LARGE)
    check_own_files(tmp_path)
    os.truncate(tmp_path / "a.txt", 2**36)
    with pytest.raises(ValueError, match=r"a\.txt: this file has 68,719,476,736 bytes, of which 4,096 are on disk"):
        check_own_files(tmp_path)


def test_a_large_file_that_is_on_disk_is_read(tmp_path):
    with (tmp_path / "a.npz").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, LARGE + 1)
    check_own_files(tmp_path)


def test_pipes_and_links_that_leave_the_folder_are_refused(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (tmp_path / "key").write_text("private")
    (run / "inside").symlink_to(run)
    check_own_files(run)
    os.mkfifo(run / "pipe")
    with pytest.raises(ValueError, match="pipe: this is a pipe, socket or device"):
        check_own_files(run)
    (run / "pipe").unlink()
    (run / "link").symlink_to(tmp_path / "key")
    with pytest.raises(ValueError, match="link: this link leads out of the folder"):
        check_own_files(run)
