"""Runs of EEGBCI are found and resampled to one rate, and marks are replaced by their meaning."""

import logging
import pickle
import shutil
from pathlib import Path
from typing import Any

import mne
import numpy as np
import pytest
import yaml

from eegbench.dataset import BadRecordingError
from eegbench.dataset.eegbci import Eegbci, standard_name
from eegbench.dataset.eegbci_runs import KINDS, descriptions, marks, numbers

OPTION = yaml.safe_load((Path(__file__).resolve().parents[2] / "conf" / "dataset" / "eegbci.yaml").read_text())
TRIALS = ((0, 4.2, "T0"), (4.2, 4.1, "T2"), (8.3, 4.2, "T0"), (12.5, 4.1, "T1"))


def as_published(name: str) -> str:
    """Return a channel name in the spelling of the files: ``Fcz.``."""
    return name.capitalize().ljust(4, ".")


CHANNELS = [as_published(name) for name in Eegbci.card.channels]


@pytest.fixture
def write_run(tmp_path: Path, write_edf):
    """Write a run of 17 s with two trials into a folder."""

    def write(name: str, labels=CHANNELS, *, annotations=TRIALS, seconds=17, sfreq=160.0) -> Path:
        path = tmp_path / "eegbci" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_edf(path, labels, seconds=seconds, sfreq=sfreq, annotations=annotations)

    return write


@pytest.fixture
def folder(write_run) -> Path:
    for name in ("S001R04.edf", "S001R08.edf", "S002R04.edf"):
        write_run(name)
    return write_run("S001R01.edf", annotations=[(0, 16.5, "T0")]).parent


def dataset(root: Path | None, **options: Any) -> Eegbci:
    settings: dict[str, Any] = {
        "root": None if root is None else str(root),
        "cache": "nowhere",
        "subjects": None,
        "runs": ("fists_imagined",),
        "other_rate": "leave_out",
        "labels": OPTION["labels"],
        "ignored": ("rest",),
        "on_bad_recording": "raise",
    }
    return Eegbci(**{**settings, **options})


def spans(raw: "mne.io.BaseRaw") -> list[tuple[float, float, str]]:
    return [(a["onset"], pytest.approx(a["duration"]), a["description"]) for a in raw.annotations]


def test_every_run_is_of_one_kind_and_its_marks_have_a_meaning():
    assert numbers(KINDS) == tuple(range(1, 15))
    assert marks(14) == {"T0": "rest", "T1": "both_fists_imagined", "T2": "both_feet_imagined"}
    assert marks(3)["T2"] == "right_fist_moved"
    assert len(descriptions(KINDS)) == 11


def test_a_recording_is_a_run_of_a_subject(folder: Path):
    recordings = dataset(folder).recordings()
    assert [(r.id, r.subject, r.session, r.run, dict(r.facts)) for r in recordings] == [
        ("S001R04", "001", "1", "04", {}),
        ("S001R08", "001", "1", "08", {}),
        ("S002R04", "002", "1", "04", {}),
    ]
    assert dataset(folder).coverage(recordings) == "2 of 109 subjects, 3 of 1526 recordings"
    assert [r.id for r in dataset(folder, runs=("eyes_open", "fists_imagined"), subjects=(1,)).recordings()] == [
        "S001R01",
        "S001R04",
        "S001R08",
    ]


def test_files_in_a_folder_for_each_subject_are_found_too(folder: Path):
    (folder / "S002").mkdir()
    (folder / "S002R04.edf").rename(folder / "S002" / "S002R04.edf")
    assert [r.signal.parent.name for r in dataset(folder).recordings()] == ["eegbci", "eegbci", "S002"]


def test_marks_become_what_they_mean_in_their_run(folder: Path, write_run):
    write_run("S003R05.edf")
    data = dataset(folder, runs=("eyes_open", "fists_imagined", "fists_feet_moved"))
    found = {r.id: spans(data.read(r)) for r in data.recordings()}
    assert [name for *_, name in found["S001R04"]] == ["rest", "right_fist_imagined", "rest", "left_fist_imagined"]
    assert [name for *_, name in found["S003R05"]] == ["rest", "both_feet_moved", "rest", "both_fists_moved"]
    assert found["S001R01"] == [(0.0, 16.5, "eyes_open")]
    assert found["S001R04"][1][:2] == (4.2, 4.1)


def test_channels_have_their_names_and_places_and_nothing_is_loaded(folder: Path):
    data = dataset(folder)
    raw = data.read(data.recordings()[0])
    assert tuple(raw.ch_names) == Eegbci.card.channels
    assert not raw.preload
    places = raw.get_montage().get_positions()["ch_pos"]
    assert set(places) == set(Eegbci.card.channels)
    assert places["C3"][0] < -0.05 < 0.05 < places["C4"][0]  # left and right, in metres
    assert np.isfinite(list(places.values())).all()
    assert 15e-6 < raw.get_data(picks=[0]).std() < 25e-6


def test_names_are_those_that_mne_gives():
    raw = mne.io.RawArray(np.zeros((64, 10)), mne.create_info(CHANNELS, 160.0, "eeg"), verbose="ERROR")
    mne.datasets.eegbci.standardize(raw)
    assert raw.ch_names == [standard_name(label) for label in CHANNELS]
    assert raw.ch_names == [standard_name(name) for name in raw.ch_names]


def test_only_what_the_chosen_runs_can_hold_has_a_label():
    assert dataset(None).labels == {"left_fist_imagined": "left_fist", "right_fist_imagined": "right_fist"}
    assert dataset(None, runs=("fists_imagined", "fists_moved")).classes == ("left_fist", "right_fist")
    assert dataset(None, runs=tuple(KINDS)).classes == (
        *("left_fist", "right_fist", "both_fists", "both_feet"),
        *("eyes_open", "eyes_closed"),
    )


def test_labels_must_cover_the_chosen_runs_and_be_known():
    with pytest.raises(ValueError, match=r"dataset\.labels: right_fist_imagined is missing, and dataset\.runs has it"):
        dataset(None, labels={"left_fist_imagined": "left"})
    with pytest.raises(ValueError, match=r"left_fist_imagind is nothing in EEGBCI; did you mean left_fist_imagined\?"):
        dataset(None, labels={**OPTION["labels"], "left_fist_imagind": "left"})
    with pytest.raises(ValueError, match="rest is missing"):
        dataset(None, ignored=())
    assert dataset(None, labels=dict(OPTION["labels"]) | {"rest": "rest"}, ignored=()).classes[-1] == "rest"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"runs": ("fists",)}, r"dataset\.runs=\['fists'\]: there is no such kind of run; choose from eyes_open"),
        ({"runs": ()}, r"dataset\.runs=\[\]"),
        ({"subjects": (0, 110)}, r"dataset\.subjects=\[0, 110\]: the set has subjects 1 to 109"),
        ({"subjects": ()}, r"dataset\.subjects=\[\]"),
    ],
)
def test_runs_and_subjects_that_do_not_exist_are_refused_before_any_file_is_opened(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        dataset(None, **options)


def test_what_is_not_in_the_folder_is_named(folder: Path, tmp_path: Path, caplog):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        dataset(tmp_path / "nowhere").recordings()
    with pytest.raises(FileNotFoundError, match=r"no S001R04\.edf and the like"):
        dataset(tmp_path).recordings()
    with pytest.raises(ValueError, match=r"these are runs 6, 10, 14, and .*eegbci holds only 1, 4, 8"):
        dataset(folder, runs=("fists_feet_imagined",)).recordings()
    with pytest.raises(ValueError, match=r"dataset\.subjects=\[3\]: have no run 4, 8, 12 in .*; there are 1, 2"):
        dataset(folder, subjects=(1, 3)).recordings()
    caplog.set_level(logging.INFO)
    dataset(folder).recordings()
    assert "S001 lacks run 12" in caplog.text
    assert "S002 lacks run 8, 12" in caplog.text


def test_subjects_of_another_rate_are_left_out_by_their_header_and_named(folder: Path, write_run, caplog):
    caplog.set_level(logging.INFO)
    write_run("S003R04.edf", sfreq=128.0)
    assert {r.subject for r in dataset(folder).recordings()} == {"001", "002"}
    assert "Not recorded at 160 Hz: subjects 3; left out" in caplog.text
    with pytest.raises(ValueError, match="leaves no subject: 3 were not recorded at 160 Hz"):
        dataset(folder, subjects=(3,)).recordings()
    write_run("S088R04.edf")
    assert "088" in {r.subject for r in dataset(folder).recordings()}


def test_subjects_of_another_rate_are_resampled_where_that_is_asked_for(folder: Path, write_run, caplog):
    caplog.set_level(logging.INFO)
    write_run("S003R04.edf", sfreq=128.0)
    data = dataset(folder, other_rate="resample")
    raw = data.read(data.recordings()[-1])
    assert "subjects 3; resampled" in caplog.text
    assert (raw.info["sfreq"], raw.n_times) == (160.0, 17 * 160)
    assert [onset for onset, *_ in spans(raw)] == [0, 4.2, 8.3, 12.5]


def test_overlapping_annotations_are_cut_and_told_once(folder: Path, write_run, caplog):
    caplog.set_level(logging.INFO)
    write_run("S001R04.edf", annotations=[(0, 5, "T0"), (4.2, 4.1, "T1"), (8.3, 9, "T0"), (12.5, 9, "T2")])
    data = dataset(folder)
    recording = data.recordings()[0]
    data.read(recording)
    raw = pickle.loads(pickle.dumps(data)).read(recording)  # as a process of its own does
    assert [(onset, length) for onset, length, _ in spans(raw)] == [(0, 4.2), (4.2, 4.1), (8.3, 4.2), (12.5, 4.5)]
    assert [r.getMessage() for r in caplog.records if "overlapping" in r.getMessage()] == [
        "S001R04: 2 overlapping annotations cut."
    ]


def test_a_file_that_is_not_of_the_set_is_a_bad_recording(folder: Path, write_run):
    data = dataset(folder)
    first = data.recordings()[0]
    write_run("S001R04.edf", CHANNELS[1:])
    with pytest.raises(BadRecordingError, match=r"S001R04\.edf: has no channel FC5; the 64 of EEGBCI"):
        data.read(first)
    write_run("S001R04.edf", annotations=[(0, 4, "T0"), (4, 4, "T3")])
    with pytest.raises(BadRecordingError, match=r"has the mark 'T3', and in run 04 T0, T1, T2 are expected"):
        data.read(first)
    write_run("S001R04.edf", annotations=None)
    with pytest.raises(BadRecordingError, match="has no marks"):
        data.read(first)


def test_a_damaged_file_is_listed_and_refused_when_it_is_read(folder: Path):
    (folder / "S001R04.edf").write_bytes(b"<html>")
    data = dataset(folder)
    with pytest.raises(BadRecordingError, match="HTML page"):
        data.read(data.recordings()[0])


@pytest.fixture
def fetched(folder: Path, monkeypatch) -> list[tuple[int, list[int], dict[str, Any]]]:
    """Replace MNE's download by a function that copies one run and records its arguments."""
    asked: list[tuple[int, list[int], dict[str, Any]]] = []

    def load_data(subject: int, runs: list[int], *, path: Path, **options: Any) -> list[Path]:
        asked.append((subject, runs, options))
        target = path / f"S{subject:03d}" / f"S{subject:03d}R{runs[0]:02d}.edf"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "S001R04.edf", target)
        return [target]

    monkeypatch.setattr(mne.datasets.eegbci, "load_data", load_data)
    return asked


def test_without_a_root_mne_fetches_what_is_asked_for_and_remembers_no_folder(fetched, tmp_path: Path):
    cache = tmp_path / "cache"
    found = dataset(None, cache=str(cache), subjects=(7, 9)).recordings()
    assert [r.signal.relative_to(cache).as_posix() for r in found] == ["S007/S007R04.edf", "S009/S009R04.edf"]
    assert fetched[0] == (7, [4, 8, 12], {"update_path": False, "verbose": "ERROR"})


def test_the_three_subjects_of_another_rate_are_not_even_fetched(fetched, tmp_path: Path, caplog):
    caplog.set_level(logging.INFO)
    dataset(None, cache=str(tmp_path / "cache")).recordings()
    assert {subject for subject, *_ in fetched} == set(range(1, 110)) - {88, 92, 100}
    assert "Subjects 88, 92, 100 were recorded at 128 Hz: not fetched" in caplog.text


def test_a_fetch_that_fails_is_a_sentence(monkeypatch, tmp_path: Path):
    def load_data(*_: Any, **__: Any) -> None:
        raise OSError("no network")

    monkeypatch.setattr(mne.datasets.eegbci, "load_data", load_data)
    with pytest.raises(FileNotFoundError, match=r"could not be fetched \(no network\).*set dataset\.root=FOLDER"):
        dataset(None, cache=str(tmp_path), subjects=(1,)).recordings()


@pytest.mark.realdata
def test_the_real_runs_have_their_marks_and_their_amplitudes(shared_data: Path):
    data = dataset(shared_data / "eegbci", runs=tuple(KINDS), subjects=(1,))
    recordings = data.recordings()
    assert [r.run for r in recordings] == [f"{run:02d}" for run in range(1, 15)]
    for recording in recordings:
        raw = data.read(recording)
        published = mne.io.read_raw_edf(recording.signal, verbose="ERROR").annotations
        meanings = marks(int(recording.run))
        assert list(raw.annotations.description) == [meanings[mark] for mark in published.description]
        np.testing.assert_allclose(raw.annotations.onset, published.onset)
        np.testing.assert_allclose(raw.annotations.duration, published.duration, atol=1e-6)
    assert 20e-6 < raw.get_data().std() < 100e-6
    assert not data._told
