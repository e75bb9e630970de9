"""The feature cache computes each array once per identity, and computes it again if its file is lost."""

import logging

import numpy as np
import pytest

from eegbench.store.feature_cache import cached


@pytest.fixture
def make():
    class Make:
        n = 0

        def __call__(self):
            self.n += 1
            return np.full((2, 3), self.n, np.float32)

    return Make()


def test_it_is_made_once(tmp_path, make):
    first, second = (cached(tmp_path / "features", {"rows": "ab"}, make) for _ in range(2))
    assert make.n == 1
    np.testing.assert_array_equal(first, second)
    assert second.dtype == np.float32
    assert len(list((tmp_path / "features").iterdir())) == 1


def test_another_identity_is_made_anew(tmp_path, make):
    cached(tmp_path, {"rows": "ab"}, make)
    cached(tmp_path, {"rows": "ac"}, make)
    assert make.n == 2


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY no more"])
def test_a_damaged_file_is_replaced(tmp_path, make, content):
    cached(tmp_path, {}, make)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    for _ in range(2):
        assert cached(tmp_path, {}, make)[0, 0] == 2


def test_where_nothing_can_be_written_a_note_says_so(tmp_path, make, caplog):
    (tmp_path / "features").write_text("a file")
    with caplog.at_level(logging.INFO, logger="eegbench"):
        assert cached(tmp_path / "features", {}, make).shape == (2, 3)
    assert "features are not cached for later runs" in caplog.text
    assert list(tmp_path.iterdir()) == [tmp_path / "features"]


def test_zeros_in_a_file_are_noticed(tmp_path, make):
    cached(tmp_path, {}, make)
    (file,) = tmp_path.iterdir()
    content = file.read_bytes()
    at = content.index(np.float32(1).tobytes() * 6)
    file.write_bytes(content[:at] + bytes(24) + content[at + 24 :])
    np.testing.assert_array_equal(cached(tmp_path, {}, make), np.full((2, 3), 2, np.float32))
