"""Digests of files, and lists of recordings with their content."""

import shutil
from dataclasses import replace

import pytest

from eegbench.config import ConfigError
from eegbench.dataset.content import (
    BLOCK_BYTES,
    N_BLOCKS,
    contents_digest,
    describe,
    difference,
    file_digest,
    read_contents,
    recording_digest,
    write_contents,
)
from eegbench.types import Recording

LONG = 40 * BLOCK_BYTES + 7


def written(path, content):
    path.write_bytes(content)
    return path


def contents(folder, n=3):
    found = {}
    for number in range(n):
        path = written(folder / f"r{number}.edf", b"signal %d" % number)
        found[f"r{number}"] = describe(Recording(f"r{number}", f"s{number}", "1", path), recording_digest_of(path))
    return found


def recording_digest_of(path):
    return recording_digest([path])


def test_a_copy_has_the_same_digest_wherever_it_lies(tmp_path):
    path = written(tmp_path / "one", bytes(LONG))
    assert file_digest(shutil.copyfile(path, tmp_path / "two")) == file_digest(path)


def test_another_byte_anywhere_in_a_short_file_is_another_digest(tmp_path):
    size = N_BLOCKS * BLOCK_BYTES
    digests = set()
    for place in (None, 0, 1, BLOCK_BYTES + 5, size // 2, size - 1):
        content = bytearray(size)
        if place is not None:
            content[place] = 1
        digests.add(file_digest(written(tmp_path / "file", bytes(content))))
    assert len(digests) == 6


@pytest.mark.parametrize("block", [0, N_BLOCKS // 2, N_BLOCKS - 1])
def test_a_long_file_is_looked_at_from_its_start_to_its_end(tmp_path, block):
    before = file_digest(written(tmp_path / "file", bytes(LONG)))
    content, place = bytearray(LONG), block * (LONG - 1) // (N_BLOCKS - 1)
    low, high = max(0, place - BLOCK_BYTES), min(LONG, place + BLOCK_BYTES)
    content[low:high] = b"x" * (high - low)
    assert file_digest(written(tmp_path / "file", bytes(content))) != before


def test_the_size_counts_where_the_blocks_are_alike(tmp_path):
    assert file_digest(written(tmp_path / "a", bytes(LONG))) != file_digest(written(tmp_path / "b", bytes(LONG + 1)))


def test_signal_and_labels_both_count_and_are_not_exchanged(tmp_path):
    signal, labels = written(tmp_path / "signal", b"1"), written(tmp_path / "labels", b"2")
    both = Recording("r", "s", "1", signal, labels=labels)
    others = (replace(both, labels=None), replace(both, signal=labels, labels=signal))
    assert len({recording_digest(one.files) for one in (both, *others)}) == 3


def test_recordings_that_are_written_are_read_as_they_were(tmp_path):
    found = contents(tmp_path)
    write_contents(tmp_path / "recordings.json", found)
    assert read_contents(tmp_path / "recordings.json") == found


@pytest.mark.parametrize("text", ["[]", "{", '{"r0": 1}', '{"r0": {"subject": "s"}}'])
def test_a_damaged_list_is_refused_with_its_name(tmp_path, text):
    (tmp_path / "recordings.json").write_text(text)
    with pytest.raises(ConfigError, match=r"recordings\.json"):
        read_contents(tmp_path / "recordings.json")


def test_a_difference_names_what_is_missing_added_and_changed(tmp_path):
    before = contents(tmp_path, n=4)
    now = {name: one for name, one in before.items() if name != "r0"} | {"new": before["r0"]}
    now["r1"] = replace(now["r1"], digest="another")
    now["r2"] = replace(now["r2"], subject="somebody")
    found = difference(before, now)
    assert (found.missing, found.added) == (("r0",), ("new",))
    told = found.words("missing", "added")
    assert told == "missing: r0; added: new; changed: r1 (other content), r2 (subject somebody instead of s2)"


def test_a_set_that_was_moved_is_the_same_set(tmp_path):
    here = contents(tmp_path)
    (tmp_path / "there").mkdir()
    there = contents(tmp_path / "there")
    assert here["r0"].signal != there["r0"].signal
    assert not difference(here, there)
    assert contents_digest(here) == contents_digest(there)
    assert contents_digest(here) != contents_digest({**here, "r0": replace(here["r0"], subject="somebody")})
