"""Rest and subtraction are found with facts of the subject, and end at the end of their signal."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eegbench.dataset import BadRecordingError, mental_arithmetic
from eegbench.dataset.mental_arithmetic import MentalArithmetic, signal_end

LABELS = {"rest": "rest", "subtraction": "subtraction"}
HEADER = "Subject,Age,Gender,Recording year,Number of subtractions,Count quality\n"
ROWS = ("Subject00,21,F,2011,9.7,0\n", "Subject01,18,M,2012,29,1\n")


@pytest.fixture
def folder(tmp_path: Path, write_edf) -> Path:
    """Two subjects, 12 s of rest and 8 s of subtraction with two more of padding."""
    root = tmp_path / "eegmat"
    root.mkdir()
    for subject in ("Subject00", "Subject01"):
        for run, seconds in (("1", 14), ("2", 10)):
            path = root / f"{subject}_{run}.edf"
            write_edf(path, ["EEG Fp1", "EEG T3", "EEG A2-A1", "ECG ECG"], seconds=seconds, frozen_s=2.0)
    (root / "subject-info.csv").write_text(HEADER + "".join(ROWS))
    return root


def dataset(root: Path | None, cache: Path = Path("nowhere"), **options: Any) -> MentalArithmetic:
    settings: dict[str, Any] = {
        "root": None if root is None else str(root),
        "cache": str(cache),
        "subjects": None,
        "channels": ("T3", "Fp1"),
        "labels": LABELS,
        "ignored": (),
        "on_bad_recording": "raise",
    }
    return MentalArithmetic(**{**settings, **options})


def test_each_subject_has_a_recording_of_rest_and_one_of_subtraction(folder: Path):
    recordings = dataset(folder).recordings()
    assert [(r.id, r.subject, r.session, r.run) for r in recordings] == [
        ("Subject00_1", "Subject00", "1", "rest"),
        ("Subject00_2", "Subject00", "1", "subtraction"),
        ("Subject01_1", "Subject01", "1", "rest"),
        ("Subject01_2", "Subject01", "1", "subtraction"),
    ]
    assert recordings[1].facts == {
        "age": 21,
        "sex": "F",
        "recording_year": 2011,
        "n_subtractions": 9.7,
        "count_quality": 0,
    }
    assert dataset(folder).coverage(recordings) == "2 of 36 subjects, 4 of 72 recordings"
    assert dataset(folder).classes == ("rest", "subtraction")


def test_a_recording_has_one_label_as_long_as_its_signal_and_no_padding(folder: Path):
    data = dataset(folder)
    raw = data.read(data.recordings()[1])
    assert raw.ch_names == ["T3", "Fp1"]
    assert raw.n_times == 801  # the padding repeats one sample, which is signal
    assert [(a["onset"], a["duration"], a["description"]) for a in raw.annotations] == [(0.0, 8.01, "subtraction")]
    assert not raw.preload


def test_a_recording_without_padding_is_kept_whole(folder: Path, write_edf):
    write_edf(folder / "Subject00_1.edf", ["EEG Fp1", "EEG T3"], seconds=14)
    data = dataset(folder)
    raw = data.read(data.recordings()[0])
    assert (raw.n_times, signal_end(raw)) == (1400, 14.0)


def test_electrodes_have_positions_and_derivations_have_none(folder: Path):
    data = dataset(folder, channels=("T3", "A2-A1"))
    raw = data.read(data.recordings()[0])
    places = raw.get_montage().get_positions()["ch_pos"]
    assert places["T3"][0] < -0.05  # left, in metres
    assert "A2-A1" not in places or np.isnan(places["A2-A1"]).all()


def test_a_missing_partner_is_noted_and_a_missing_subject_named(folder: Path, caplog):
    caplog.set_level("INFO")
    (folder / "Subject01_2.edf").unlink()
    assert [r.id for r in dataset(folder, subjects=(1,)).recordings()] == ["Subject01_1"]
    assert "Subject01 has only rest" in caplog.text
    with pytest.raises(ValueError, match=r"dataset\.subjects=\[7\]: not in .*eegmat; there are 0, 1"):
        dataset(folder, subjects=(1, 7)).recordings()


def test_a_folder_without_recordings_or_without_facts_is_named(folder: Path, tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"no SubjectNN_1\.edf"):
        dataset(tmp_path).recordings()
    with pytest.raises(FileNotFoundError, match="no such folder"):
        dataset(tmp_path / "nowhere").recordings()
    (folder / "subject-info.csv").write_text(HEADER + ROWS[0])
    with pytest.raises(ValueError, match=r"subject-info\.csv: has no row for Subject01"):
        dataset(folder).recordings()
    (folder / "subject-info.csv").write_text("Subject;Age\n")
    with pytest.raises(ValueError, match="has no column Gender, Recording year"):
        dataset(folder).recordings()
    (folder / "subject-info.csv").unlink()
    with pytest.raises(FileNotFoundError, match=r"subject-info\.csv: is missing"):
        dataset(folder).recordings()


def test_a_map_that_leaves_out_a_label_is_refused_before_any_file_is_opened():
    with pytest.raises(ValueError, match=r"dataset\.labels: subtraction is missing"):
        dataset(None, labels={"rest": "rest"})
    assert dataset(None, labels={"rest": "rest"}, ignored=("subtraction",)).classes == ("rest",)


@pytest.fixture
def served(folder: Path, monkeypatch) -> Path:
    monkeypatch.setattr(mental_arithmetic, "FILES_URL", f"{folder.as_uri()}/")
    return folder


def test_without_a_root_files_are_fetched_once_and_their_checksums_kept(served: Path, tmp_path: Path):
    cache = tmp_path / "cache"
    first = dataset(None, cache, subjects=(0,)).recordings()
    assert [r.signal.parent for r in first] == [cache, cache]
    record = json.loads((cache / "checksums.json").read_text())
    assert sorted(record) == ["Subject00_1.edf", "Subject00_2.edf", "subject-info.csv"]
    shutil.rmtree(served)
    assert dataset(None, cache, subjects=(0,)).recordings() == first


def test_a_file_that_changed_since_the_first_fetch_is_named(served: Path, tmp_path: Path):
    cache = tmp_path / "cache"
    dataset(None, cache, subjects=(0,)).recordings()
    shutil.copy(served / "Subject01_1.edf", cache / "Subject00_1.edf")
    shutil.copy(cache / "Subject00_2.edf", cache / "Subject00_1.edf")
    with pytest.raises(ValueError, match=r"Subject00_1\.edf: has the SHA-256 .* was published or fetched first"):
        dataset(None, cache, subjects=(0,)).recordings()
    (cache / "Subject00_1.edf").unlink()
    shutil.copy(served / "Subject00_2.edf", served / "Subject00_1.edf")  # and now the server has another one
    with pytest.raises(ValueError, match="has the SHA-256"):
        dataset(None, cache, subjects=(0,)).recordings()


def test_files_are_compared_with_the_published_checksums(served: Path, tmp_path: Path):
    right = hashlib.sha256((served / "Subject00_1.edf").read_bytes()).hexdigest()
    (served / "SHA256SUMS.txt").write_text(f"{right}  Subject00_1.edf\n{right}  Subject00_2.edf\n")
    with pytest.raises(ValueError, match=rf"Subject00_2\.edf: has the SHA-256 .*and {right[:12]}… was published"):
        dataset(None, tmp_path / "cache", subjects=(0,)).recordings()
    assert (tmp_path / "cache" / "Subject00_1.edf").is_file()
    assert not (tmp_path / "cache" / "Subject00_2.edf").exists()


def test_a_web_page_in_place_of_a_recording_is_refused_and_not_kept(served: Path, tmp_path: Path):
    (served / "Subject00_2.edf").write_bytes(b"<html>Please sign in</html>")
    with pytest.raises(BadRecordingError, match="is an HTML page"):
        dataset(None, tmp_path / "cache", subjects=(0,)).recordings()
    assert not (tmp_path / "cache" / "Subject00_2.edf").exists()
    assert not list((tmp_path / "cache").glob(".part*"))
    (served / "subject-info.csv").write_text("<html>")
    with pytest.raises(BadRecordingError, match="does not begin with the column Subject"):
        dataset(None, tmp_path / "other", subjects=(0,)).recordings()


def test_a_download_that_fails_and_subjects_that_do_not_exist_are_sentences(served: Path, tmp_path: Path):
    (served / "Subject01_1.edf").unlink()
    with pytest.raises(FileNotFoundError, match=r"Subject01_1\.edf could not be fetched .*set dataset\.root=FOLDER"):
        dataset(None, tmp_path / "cache", subjects=(1,)).recordings()
    with pytest.raises(ValueError, match=r"dataset\.subjects=\[36\]: the set has subjects 0 to 35"):
        dataset(None, tmp_path / "cache", subjects=(36,)).recordings()


@pytest.mark.realdata
def test_every_real_recording_ends_with_its_signal(shared_data: Path):
    """18 files of subtraction have 60 s; all files of rest but two have 180 s."""
    data = dataset(shared_data / "eegmat", channels=MentalArithmetic.card.channels)
    seconds = {r.id: data.read(r).n_times / 500 for r in data.recordings()}
    assert {round(s) for name, s in seconds.items() if name.endswith("_2")} == {60}
    rest = {name: round(s) for name, s in seconds.items() if name.endswith("_1")}
    assert {name: s for name, s in rest.items() if s != 180} == {"Subject04_1": 168, "Subject10_1": 187}


@pytest.mark.realdata
def test_no_stretch_without_signal_is_left_in_the_real_recordings(shared_data: Path):
    data = dataset(shared_data / "eegmat", subjects=(0, 4, 10), channels=MentalArithmetic.card.channels)
    recordings = data.recordings()
    assert len(recordings) == 6
    for recording in recordings:
        frozen = (np.diff(data.read(recording).get_data(), axis=1) == 0).all(axis=0)
        assert not np.convolve(frozen, np.ones(10)).max() >= 10, recording.id
