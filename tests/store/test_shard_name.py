"""Names of shards: one flat folder for any recording id."""

from pathlib import Path

from eegbench.store.shard import shard_name
from eegbench.types import Recording


def name_of(recording_id: str, file: Path) -> str:
    recording = Recording(id=recording_id, subject="1", session="1", signal=file)
    return shard_name(recording, [file], "digest", {})


def test_a_recording_in_a_folder_has_a_shard_beside_the_others(tmp_path):
    file = tmp_path / "night.edf"
    file.touch()
    nested, flat = name_of("patient/night", file), name_of("patient_night", file)
    assert "/" not in nested
    assert nested.startswith("patient_night-")
    assert nested != flat
