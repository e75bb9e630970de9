"""Polysomnographies in HDF5: samples in volts with their stages, and an error message for every damaged file."""

import json
import logging
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from h5_files import SFREQ, psg, signal, write_h5, write_night

from eegbench.__main__ import main
from eegbench.dataset import BadRecordingError, MixedRatesError
from eegbench.dataset.content import BLOCK_BYTES, N_BLOCKS, file_digest
from eegbench.dataset.signal_list import list_recordings

N = 12000
"""Number of samples in four epochs."""


def read(root: Path, **options):
    dataset = psg(root, **options)
    return dataset.read(dataset.recordings()[0])


@pytest.mark.parametrize(
    ("unit", "volts"), [("V", 1.0), ("mV", 1e-3), ("uV", 1e-6), ("\u00b5V", 1e-6), ("\u03bcV", 1e-6)]
)
def test_samples_are_volts_whatever_their_unit_and_type(tmp_path: Path, unit: str, volts: float):
    samples = np.arange(N, dtype=np.int16) % 200
    write_h5(tmp_path / "a.h5", {"x": samples}, description=[signal("C3_M2", "x", unit=unit)])
    raw = read(tmp_path)
    assert raw.get_data()[0] == pytest.approx(samples * volts)
    assert (raw.ch_names, raw.info["sfreq"], raw.n_times) == (["C3_M2"], SFREQ, N)


def test_parts_of_a_recording_are_the_samples_of_the_file(tmp_path: Path):
    values = {
        f"signals/eeg/{name}": np.random.default_rng(i).normal(0, 20, N) for i, name in enumerate(("A", "B", "C"))
    }
    write_h5(tmp_path / "a.h5", values, description=[signal(name) for name in "ABC"])
    raw = read(tmp_path, channels=("C", "A")).crop(10, 20, include_tmax=False)
    found = raw.get_data(picks=["A"], start=100, stop=300)[0] * 1e6
    assert found == pytest.approx(values["signals/eeg/A"][1100:1300])
    assert raw.load_data().get_data()[0] * 1e6 == pytest.approx(values["signals/eeg/C"][1000:2000])


def test_stages_become_labels_and_none_stays_unscored(tmp_path: Path):
    write_night(tmp_path / "a.h5", epochs=6, hypnogram=[0, 0, 1, -1, 3, 4])
    notes = read(tmp_path).annotations
    found = list(zip(notes.onset, notes.duration, notes.description, strict=True))
    assert found == [(0, 60, "W"), (60, 30, "N1"), (90, 30, "unscored"), (120, 30, "N3"), (150, 30, "R")]


def test_kinds_come_from_names_and_else_from_the_group(tmp_path: Path):
    paths = {"C3_M2": "eeg/1", "EOG1": "eeg/2", "ECG": "emg/3", "leg": "signals/emg/leg", "left": "signals/eog/left"}
    values = dict.fromkeys(paths.values(), np.zeros(N))
    write_h5(tmp_path / "a.h5", values, description=[signal(name, where) for name, where in paths.items()])
    assert read(tmp_path).get_channel_types() == ["eeg", "eog", "ecg", "emg", "eog"]


def test_channels_are_found_under_other_spellings_as_differences_and_by_path(tmp_path: Path):
    rng = np.random.default_rng(0)
    values = {f"signals/eeg/{name}": rng.normal(0, 20, N) for name in ("C3_M2", "O1", "M2")}
    described = [signal(name) for name in ("C3_M2", "O1", "M2")]
    write_h5(tmp_path / "a" / "a.h5", values, description=described)
    raw = read(tmp_path / "a", channels=("O1-M2", "C3-A2"))
    assert raw.ch_names == ["O1-M2", "C3-A2"]
    difference = values["signals/eeg/O1"] - values["signals/eeg/M2"]
    assert raw.get_data()[0] * 1e6 == pytest.approx(difference)
    renamed = [{**one, "name": f"channel {i}"} for i, one in enumerate(described)]
    write_h5(tmp_path / "b" / "b.h5", values, description=renamed)
    assert read(tmp_path / "b", channels=("C3_M2",)).get_data()[0] * 1e6 == pytest.approx(values["signals/eeg/C3_M2"])
    assert read(tmp_path / "b").ch_names == ["channel 0", "channel 1", "channel 2"]


def test_rate_and_unit_may_stand_in_attributes_of_the_group(tmp_path: Path):
    path = write_h5(tmp_path / "a.h5", {"eeg/C3": np.ones(N)}, description=b'[{"path": "eeg/C3"}]')
    with h5py.File(path, "a") as file:
        file["eeg"].attrs.update(fs=np.int64(100), unit="mV")
    raw = read(tmp_path)
    assert (raw.ch_names, raw.info["sfreq"]) == (["C3"], 100)
    assert raw.get_data().max() == pytest.approx(1e-3)


def test_only_channels_that_are_asked_for_are_read(tmp_path: Path):
    values = {"a": np.full(N, np.nan), "b": np.ones(N), "c": np.ones(50)}
    described = [
        signal("A", "a"),
        signal("B", "b"),
        signal("C", "c"),
        signal("D", "nowhere"),
        signal("E", "b", unit="g"),
    ]
    write_h5(tmp_path / "a.h5", values, description=described)
    assert read(tmp_path, channels=("B",)).get_data().max() == pytest.approx(1e-6)
    with pytest.raises(BadRecordingError, match="channel 'A' has 12000 samples that are not finite .* first at 0 s"):
        read(tmp_path, channels=("A",)).load_data()


GOOD = [signal("C3_M2", "x")]
ONES = {"x": np.ones(N)}


@pytest.mark.parametrize(
    ("values", "description", "message"),
    [
        (ONES, None, "has no attribute 'description'; a JSON list of its signals is expected"),
        (ONES, "path: x", "'description' is not JSON"),
        (ONES, {"path": "x"}, "lists no signals with their paths"),
        (ONES, [], "lists no signals with their paths"),
        (ONES, [{"name": "C3"}], "lists no signals with their paths"),
        (ONES, [signal("C3", "y")], "has no data at 'y', where channel C3 is to be"),
        ({"g/x": np.ones(N)}, [signal("C3", "g")], "has no data at 'g'"),
        ({"x": np.ones((N, 2))}, GOOD, r"channel C3_M2 at 'x' has the shape \(12000, 2\)"),
        ({"x": np.array([b"a"])}, GOOD, "one row of numbers"),
        ({"x": np.ones(0)}, GOOD, "channel 'C3_M2' has no sample"),
        (ONES, [signal("C3", "x", unit="g")], "has the unit 'g', expected uV, mV or V"),
        (ONES, [signal("C3", "x", unit=None)], "has the unit None, expected uV, mV or V"),
        (ONES, [signal("C3", "x", fs=0)], "has the sampling rate 0; a rate in Hz"),
        (ONES, [signal("C3", "x", fs="100")], "has the sampling rate '100'"),
        (
            {"x": np.ones(N), "y": np.ones(N - 2)},
            [signal("C3", "x"), signal("C4", "y")],
            "channel 'C4' lasts 119.98 s and 'C3' 120 s",
        ),
        (
            {"x": np.ones(N), "y": np.ones(N)},
            [signal("C3", "x"), signal("C4", "y", fs=50)],
            "channel 'C3' lasts 120 s and 'C4' 240 s",
        ),
    ],
)
def test_a_layout_that_contradicts_itself_is_refused(tmp_path: Path, values, description, message: str):
    path = write_h5(tmp_path / "a.h5", values, description=description)
    with pytest.raises(BadRecordingError, match=message) as caught:
        read(tmp_path)
    assert str(path) in str(caught.value)


def test_signals_that_differ_by_a_sample_end_together(tmp_path: Path):
    write_h5(
        tmp_path / "a.h5", {"x": np.ones(N), "y": np.ones(N - 1)}, description=[signal("A", "x"), signal("B", "y")]
    )
    assert read(tmp_path).get_data().shape == (2, N - 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"<!DOCTYPE html><html></html>", "is an HTML page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is a git-lfs pointer.*git lfs pull"),
        (b"0       patient", "is not an HDF5 file: it begins with b'0 "),
    ],
)
def test_what_is_no_hdf5_is_refused_by_what_it_is(tmp_path: Path, content: bytes, message: str):
    (tmp_path / "a.h5").write_bytes(content)
    with pytest.raises(BadRecordingError, match=message):
        read(tmp_path)


def test_a_truncated_file_and_a_broken_link_are_refused(tmp_path: Path):
    path = write_night(tmp_path / "a.h5")
    path.write_bytes(path.read_bytes()[:20000])
    with pytest.raises(BadRecordingError, match="is truncated after 20000 bytes; download or copy it again"):
        read(tmp_path)
    dataset = psg(tmp_path)
    (recording,) = dataset.recordings()
    path.unlink()
    path.symlink_to(tmp_path / "nowhere.h5")
    with pytest.raises(BadRecordingError, match="is a link to a file that is not there"):
        dataset.read(recording)


def test_samples_in_another_file_are_refused(tmp_path: Path):
    write_night(tmp_path / "other" / "b.h5", ("C3",))
    path = write_h5(tmp_path / "a.h5", {}, description=[signal("C3", "x")])
    with h5py.File(path, "a") as file:
        file["x"] = h5py.ExternalLink("other/b.h5", "signals/eeg/C3")
    with pytest.raises(BadRecordingError, match="channel C3 at 'x' is in another file"):
        read(tmp_path, pattern="*.h5")


@pytest.mark.parametrize("n_stages", [3, 4, 5])
def test_a_hypnogram_may_be_an_epoch_longer_or_shorter_than_the_signals(tmp_path: Path, n_stages: int):
    write_night(tmp_path / "a.h5", epochs=4, hypnogram=[2] * n_stages)
    notes = read(tmp_path).annotations
    assert notes.duration.tolist() == [30 * min(n_stages, 4)]


@pytest.mark.parametrize(
    ("hypnogram", "message"),
    [
        ([2] * 6, "6 stages of 30 s last 180 s and the signals 120 s; a hypnogram that is more than an epoch longer"),
        ([2] * 2, "2 stages of 30 s last 60 s .* more than an epoch shorter"),
        ([0, 1, 5, 2], "epoch 2 of the hypnogram is 5; expected 0"),
        ([0, 1, -2, 2], "epoch 2 of the hypnogram is -2"),
        ([0.0, np.nan, 1, 2], "epoch 1 of the hypnogram is nan"),
        ([0, 0.5, 1, 2], "epoch 1 of the hypnogram is 0.5"),
        ([], "its hypnogram is empty"),
        ([[0, 1, 2, 3]], r"the hypnogram at 'hypnogram' has the shape \(1, 4\)"),
    ],
)
def test_a_hypnogram_that_does_not_fit_is_refused(tmp_path: Path, hypnogram, message: str):
    write_night(tmp_path / "a.h5", epochs=4, hypnogram=hypnogram)
    with pytest.raises(BadRecordingError, match=message):
        read(tmp_path)


@pytest.mark.parametrize(("hypnogram", "descriptions"), [(None, []), ([-1] * 4, ["unscored"])])
def test_a_recording_that_nobody_scored_is_read_without_labels(tmp_path: Path, caplog, hypnogram, descriptions):
    write_night(tmp_path / "a.h5", hypnogram=hypnogram)
    caplog.set_level(logging.INFO, "eegbench")
    raw = read(tmp_path, crop_wake_min=30.0)
    assert raw.annotations.description.tolist() == descriptions
    assert raw.n_times == N
    assert "a: it has no scores; it is read without labels." in caplog.text


@pytest.mark.parametrize(("unlabelled", "text"), [(False, "W"), (True, "unscored")])
def test_zeros_are_wake_unless_told_and_are_warned_of_once(tmp_path: Path, caplog, unlabelled: bool, text: str):
    write_night(tmp_path / "a.h5", hypnogram=[0, 0, 0, 0])
    dataset = psg(tmp_path, zeros_are_unlabelled=unlabelled)
    (recording,) = dataset.recordings()
    for _ in range(2):
        assert dataset.read(recording).annotations.description.tolist() == [text]
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warned) == 1
    assert "a: all of its stages are 0" in warned[0]
    assert "dataset.zeros_are_unlabelled=true" in warned[0]


def test_channels_of_several_rates_are_told_apart_and_read_at_their_own(tmp_path: Path):
    values = {"x": np.ones(N), "y": np.full(N // 2, 3.0)}
    write_h5(tmp_path / "a.h5", values, description=[signal("C3", "x"), signal("EMG", "y", fs=50)])
    dataset = psg(tmp_path)
    (recording,) = dataset.recordings()
    with pytest.raises(MixedRatesError, match="C3 100 Hz, EMG 50 Hz") as caught:
        dataset.read(recording)
    assert caught.value.rates == {"C3": 100.0, "EMG": 50.0}
    raw = dataset.read_channels(recording, ["EMG"])
    assert (raw.info["sfreq"], raw.n_times, raw.get_data().max()) == (50.0, N // 2, pytest.approx(3e-6))
    assert (dataset.card.sfreq, dataset.card.channels) == (100.0, ("C3", "EMG"))


def test_missing_channels_are_refused_or_passed_over(tmp_path: Path):
    write_night(tmp_path / "a.h5")
    dataset = psg(tmp_path, channels=("C3_M2", "O1_M2"))
    (recording,) = dataset.recordings()
    with pytest.raises(BadRecordingError, match="has no channel 'O1_M2'.*missing_channels=mark"):
        dataset.read(recording)
    assert dataset.read(recording, may_lack_channels=True).ch_names == ["C3_M2"]


def test_wake_around_sleep_is_cropped(tmp_path: Path):
    write_night(tmp_path / "a.h5", epochs=10, hypnogram=[0] * 4 + [2] * 2 + [0] * 4)
    raw = read(tmp_path, crop_wake_min=1.0)
    assert (raw.first_time, raw.n_times) == (60.0, 18000)


def test_stages_may_come_from_lists_such_as_a_consensus(tmp_path: Path):
    for name in ("a", "b"):
        write_night(tmp_path / "nights" / f"{name}.h5")
    (tmp_path / "lists").mkdir()
    dataset = psg(tmp_path / "nights", hypnograms=str(tmp_path / "lists"))
    with pytest.raises(FileNotFoundError, match=r"holds no list of any recording; a file a\.json is expected"):
        dataset.recordings()
    written = tmp_path / "lists" / "a.json"
    written.write_text(json.dumps({"stage": [3, 3, 3, 3], "weight": [1, 1, 1, 1]}))
    one, other = dataset.recordings()
    assert one.files == (one.signal, written)
    assert dataset.read(one).annotations.description.tolist() == ["N3"]
    with pytest.raises(BadRecordingError, match=r"b\.h5: has no list of stages; .*b\.json is expected"):
        dataset.read(other)
    written.write_text("[0, 1")
    with pytest.raises(BadRecordingError, match=r"a\.json: cannot be read as JSON"):
        dataset.read(one)
    written.write_text('"0"')
    with pytest.raises(BadRecordingError, match=r"a\.json: a JSON list of stages is expected"):
        dataset.read(one)


def test_subjects_come_from_folders_files_or_a_table(tmp_path: Path):
    for name in ("anna/1", "anna/2", "ben/1"):
        write_night(tmp_path / f"{name}.h5")
    (tmp_path / "anna" / "notes.txt").write_text("no recording")
    found = psg(tmp_path, subject=None).recordings()
    assert [(one.id, one.subject, one.run) for one in found] == [
        ("anna/1", "anna", "1"),
        ("anna/2", "anna", "2"),
        ("ben/1", "ben", "1"),
    ]
    (tmp_path / "subjects.csv").write_text("recording,subject,age,sex\nanna/1,x,30,F\nanna/2,y,,\nben/1,x,30,F\n")
    found = psg(tmp_path, subject=None).recordings()
    assert [one.subject for one in found] == ["x", "y", "x"]
    assert found[0].facts == {"age": 30, "sex": "F"}


def test_an_empty_folder_and_impossible_options_are_refused(tmp_path: Path):
    (tmp_path / "a.edf").touch()
    with pytest.raises(FileNotFoundError, match=r"ends in one of \.h5, \.hdf5; there are \.edf \(1\)"):
        psg(tmp_path).recordings()
    (tmp_path / "a.edf").rename(tmp_path / "a.h5")
    with pytest.raises(FileNotFoundError, match=r"there are \.h5 \(1\)\. Nights in HDF5 are read by dataset=h5_psg"):
        list_recordings(tmp_path, "**/*", subject="file", labels=None)
    with pytest.raises(ValueError, match=r"dataset\.channels=\[\]"):
        psg(tmp_path, channels=())
    with pytest.raises(ValueError, match=r"dataset\.crop_wake_min=30, dataset\.wake=Wake"):
        psg(tmp_path, crop_wake_min=30.0, wake="Wake")


def test_a_corrected_stage_is_another_content(tmp_path: Path):
    path = write_night(tmp_path / "a.h5", epochs=200, hypnogram=[2] * 200)
    assert path.stat().st_size > N_BLOCKS * BLOCK_BYTES
    before = file_digest(path)
    assert file_digest(path) == before
    with h5py.File(path, "a") as file:
        file["hypnogram"][100] = 3
    assert file_digest(path) != before


def test_data_check_reads_a_folder_of_right_and_wrong_files(tmp_path: Path, capsys):
    folder = tmp_path / "nights"
    for i in range(3):
        write_night(folder / f"good{i}x.h5", seed=i)
    write_night(folder / "long.h5", hypnogram=[2] * 9, seed=3)
    write_night(folder / "loud.h5", unit="mV", seed=4)
    write_night(folder / "nobody.h5", hypnogram=None, seed=5)
    (folder / "page.h5").write_text("<html></html>")
    table = tmp_path / "table.csv"
    words = [f"dataset.root={folder}", "dataset=h5_psg", "dataset.subject=file", f"paths.outputs={tmp_path}"]
    assert main(["data", "check", *words, "--csv", str(table)]) == 1
    rows = pd.read_csv(table, index_col="recording", keep_default_na=False)
    assert rows.index[rows["problem"] == ""].tolist() == ["good0x", "good1x", "good2x", "nobody"]
    printed = " ".join(capsys.readouterr().out.split())
    for told in (
        "more than an epoch longer",
        "is an HTML page",
        "but channel 'C3_M2'",
        "nobody: it has no scores",
    ):
        assert told in printed, told
