import json

import pytest

from eegbench.installation.shards import check_shards
from eegbench.store.integrity import HEADER, seal


@pytest.fixture
def shards(tmp_path):
    """Seven shards, of which none is damaged."""
    for n in range(7):
        folder = tmp_path / f"night{n}"
        folder.mkdir()
        (folder / HEADER).write_text(json.dumps({"night": n}))
        (folder / "signal-eeg.npy").write_bytes(bytes(1000))
        seal(folder)
    (tmp_path / ".night7.aside").mkdir()
    return tmp_path


def test_intact_shards_are_counted(shards):
    (found,) = check_shards(shards, is_full=True)
    assert (found.state, "7 of 7 preprocessed recordings are intact (all bytes)" in found.text) == ("ok", True)


def test_a_missing_folder_is_no_fault(tmp_path):
    (found,) = check_shards(tmp_path / "shards", is_full=False)
    assert found.state == "ok"
    assert list(tmp_path.iterdir()) == []


def test_damage_is_named_and_only_a_full_check_reads_all_bytes(shards):
    (shards / "night0" / "signal-eeg.npy").write_bytes(bytes(999) + b"1")
    (shards / "night1" / "signal-eeg.npy").write_bytes(b"")
    assert [one.state for one in check_shards(shards, is_full=False)] == ["warning", "ok"]
    first, second, last = check_shards(shards, is_full=True)
    assert "differ from their checksum" in first.text
    assert "signal-eeg.npy has 0 bytes instead of 1,000" in second.text
    assert "5 of 7" in last.text


def test_of_many_damaged_shards_some_are_named(shards):
    for n in range(7):
        (shards / f"night{n}" / "signal-eeg.npy").unlink()
    found = check_shards(shards, is_full=False)
    assert len(found) == 7
    assert found[5].text == "2 more shards are damaged"
