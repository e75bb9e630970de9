"""Recordings of a folder in each format, with labels from each source: right samples and labels, or an error."""

import pickle
from pathlib import Path

import edfio
import mne
import numpy as np
import pytest
from own_recordings import NAMES, noise, reader, write_brainvision, write_edf, write_eeglab, write_fif, write_gdf

from eegbench.dataset import BadRecordingError
from eegbench.dataset.recordings import Recordings

SFREQ = 100.0
TRIGGERS = ((1.0, 1), (2.5, 2), (4.0, 1))
SIDES = {"1": "left", "2": "right"}


def marks(dataset: Recordings, number: int = 0) -> list[tuple[float, float, str]]:
    """Return the labels of a recording, from its first sample."""
    raw = dataset.read(dataset.recordings()[number])
    notes = zip(raw.annotations.onset, raw.annotations.duration, raw.annotations.description, strict=True)
    return [(round(onset - raw.first_time, 6), round(duration, 6), text) for onset, duration, text in notes]


def sides(root: Path, **options) -> Recordings:
    return reader(root, **{"subject": "file", "labels": SIDES, **options})


def test_brainvision_in_volts_with_markers_as_labels_and_nothing_loaded(tmp_path: Path):
    data = noise(6, SFREQ)
    write_brainvision(tmp_path / "a.vhdr", data, SFREQ, [(at, "Stimulus", f"S{code:3d}") for at, code in TRIGGERS])
    dataset = sides(tmp_path, labels={"Stimulus/S  1": "left", "S2": "right"})
    raw = dataset.read(dataset.recordings()[0])
    assert not raw.preload
    assert raw.ch_names == list(NAMES)
    np.testing.assert_allclose(raw.get_data(), 1e-6 * data, rtol=1e-5, atol=1e-12)
    assert marks(dataset) == [(1.0, 1.5, "Stimulus/S  1"), (2.5, 1.5, "S2"), (4.0, 1.5, "Stimulus/S  1")]
    assert raw.get_montage().get_positions()["ch_pos"]["C3"][0] < -0.05  # left, in metres
    assert {path.name for path in dataset.sidecars(dataset.recordings()[0])} == {"a.eeg", "a.vmrk"}


def test_eeglab_in_volts_with_events_as_labels(tmp_path: Path):
    data = noise(6, SFREQ)
    write_eeglab(tmp_path / "a.set", data, SFREQ, [(at, str(code)) for at, code in TRIGGERS])
    dataset = sides(tmp_path)
    raw = dataset.read(dataset.recordings()[0])
    np.testing.assert_allclose(raw.get_data(), 1e-6 * data, rtol=1e-5, atol=1e-12)
    assert marks(dataset) == [(1.0, 1.5, "1"), (2.5, 1.5, "2"), (4.0, 1.5, "1")]
    assert [path.name for path in dataset.sidecars(dataset.recordings()[0])] == ["a.fdt"]


@pytest.mark.parametrize("first_samp", [0, 4000])
def test_fif_with_codes_of_a_trigger_channel_as_labels(tmp_path: Path, first_samp: int):
    data = noise(6, SFREQ)
    write_fif(tmp_path / "a_raw.fif", data, SFREQ, TRIGGERS, first_samp=first_samp)
    dataset = sides(tmp_path, labels_from="triggers")
    raw = dataset.read(dataset.recordings()[0])
    assert raw.ch_names == list(NAMES)
    np.testing.assert_allclose(raw.get_data(), 1e-6 * data, rtol=1e-5, atol=1e-12)
    assert marks(dataset) == [(1.0, 1.5, "1"), (2.5, 1.5, "2"), (4.0, 1.5, "1")]


def test_edf_with_its_own_annotations(tmp_path: Path):
    write_edf(tmp_path / "a.edf", noise(6, SFREQ), SFREQ, notes=[(1.0, 2.0, "1"), (3.0, 1.0, "2"), (5, 0.5, "cough")])
    assert marks(sides(tmp_path, ignored=["cough"])) == [(1.0, 2.0, "1"), (3.0, 1.0, "2"), (5.0, 0.5, "cough")]


def test_bdf_with_codes_of_its_status_channel(tmp_path: Path):
    data = noise(6, SFREQ)
    codes = np.full(600, 0x10000)  # a bit of the amplifier, in every sample
    for onset, code in TRIGGERS:
        codes[round(onset * SFREQ) : round(onset * SFREQ) + 5] += code
    signals = [
        edfio.BdfSignal(one, SFREQ, label=name, physical_dimension="uV", physical_range=(-500, 500))
        for name, one in zip(NAMES, data, strict=True)
    ]
    limits = (-8388608, 8388607)
    status = edfio.BdfSignal(
        codes.astype(float), SFREQ, label="Status", physical_dimension="Boolean", physical_range=limits
    )
    edfio.Bdf([*signals, status], data_record_duration=1.0).write(tmp_path / "a.bdf")
    dataset = sides(tmp_path, labels_from="triggers", channels=list(NAMES))
    assert [(onset, text) for onset, _, text in marks(dataset)] == [(1.0, "1"), (2.5, "2"), (4.0, "1")]
    with pytest.raises(BadRecordingError, match=r"a\.bdf: channel 'Status' has the unit 'Boolean'"):
        sides(tmp_path).read(dataset.recordings()[0])


def test_a_table_next_to_the_recording_gives_windows_their_stages(tmp_path: Path):
    stages = ["W", "N1", "N2", "N2", "?", "R"]
    write_edf(tmp_path / "P1_raw.edf", noise(180, SFREQ), SFREQ)
    rows = [f"{30 * number},0;30;{stage}" for number, stage in enumerate(stages)]
    (tmp_path / "P1_stages.csv").write_text("\n".join(["Onset;Duration;Stage", *rows]))
    dataset = reader(
        tmp_path,
        **{"pattern": "*_raw.edf", "subject": r"(?P<subject>P\d+)_", "labels_from": "*_stages.csv"},
        **{"table": {"column": "stage", "epoch_s": 30.0}, "ignored": ["?"], "channels": ["C4", "C3"]},
        labels={stage: stage for stage in ("W", "N1", "N2", "R")},
    )
    raw = dataset.read(dataset.recordings()[0])
    assert raw.ch_names == ["C4", "C3"]
    assert marks(dataset) == [(30.0 * number, 30.0, stage) for number, stage in enumerate(stages)]
    assert dataset.recordings()[0].labels == tmp_path / "P1_stages.csv"


def test_recordings_are_cropped_around_sleep(tmp_path: Path):
    write_edf(tmp_path / "a.edf", noise(300, SFREQ), SFREQ)
    (tmp_path / "a.txt").write_text("W\n" * 4 + "2\n" * 2 + "W\n" * 4)
    options = {"labels_from": "*.txt", "subject": "file", "labels": {"W": "W", "2": "N2"}}
    dataset = reader(tmp_path, crop_wake_min=0.5, **options)
    raw = dataset.read(dataset.recordings()[0])
    assert (raw.first_time, raw.n_times) == (90.0, 120 * SFREQ)
    assert len(reader(tmp_path, **options).read(dataset.recordings()[0]).times) == 300 * SFREQ
    with pytest.raises(ValueError, match=r"dataset\.wake=Wake: .* the class that is not sleep, of W, N2"):
        reader(tmp_path, crop_wake_min=0.5, wake="Wake", **options)


def test_without_labels_every_format_is_read_all_the_same(tmp_path: Path):
    write_brainvision(tmp_path / "a.vhdr", noise(6, SFREQ), SFREQ, [(1.0, "Stimulus", "S  9")])
    write_edf(tmp_path / "b.edf", noise(6, SFREQ), SFREQ, notes=[(1.0, 2.0, "cough")])
    dataset = sides(tmp_path, labels_from=None, labels={})
    assert [one.id for one in dataset.recordings()] == ["a", "b"]
    assert marks(dataset, 0) == marks(dataset, 1) == []


def test_labels_without_a_class_are_all_named_with_their_counts(tmp_path: Path):
    write_brainvision(tmp_path / "a.vhdr", noise(6, SFREQ), SFREQ, [(at, "Stimulus", f"S  {n}") for at, n in TRIGGERS])
    for options, message in (
        ({"labels": {}}, r"a\.vhdr: has the labels 'Stimulus/S  1' \(2\), 'Stimulus/S  2' \(1\), which are neither"),
        (
            {"labels": {"x": "x"}, "ignored": ["S1", "S2"]},
            r"has 3 labels, and none with a class; map them by dataset.labels",
        ),
    ):
        dataset = sides(tmp_path, **options)
        with pytest.raises(BadRecordingError, match=message):
            dataset.read(dataset.recordings()[0])


def test_how_two_files_become_one_subject_is_said_by_the_table_to_write(tmp_path: Path):
    for name in ("P1_a", "P1_b"):
        write_edf(tmp_path / f"{name}.edf", noise(6, SFREQ), SFREQ)
    dataset = sides(tmp_path)
    assert dataset.how_to_join(dataset.recordings()) == (
        f"write {tmp_path / 'subjects.csv'} with the columns recording,subject and a row for each recording of the "
        "folder, for these P1_a,P1 P1_b,P1, and set dataset.subject=null"
    )


def test_gaps_in_time_are_refused_or_read_across_by_choice(tmp_path: Path):
    cues = [(1.0, "Stimulus", "S  1"), (4.0, "Stimulus", "S  2")]
    write_brainvision(tmp_path / "a.vhdr", noise(6, SFREQ), SFREQ, cues, paused_s=[3.0])
    write_eeglab(tmp_path / "b.set", noise(6, SFREQ), SFREQ, [(1.0, "1"), (2.0, "boundary")])
    dataset = sides(tmp_path)
    for number, message in ((0, r"1 annotations 'New Segment/' .* the first at 3 s"), (1, r"1 annotations 'boundary'")):
        with pytest.raises(BadRecordingError, match=message):
            dataset.read(dataset.recordings()[number])
    across = sides(tmp_path, ignored=["New Segment/", "boundary"], labels={"S1": "left", "S2": "right", "1": "left"})
    assert [text for *_, text in marks(across, 0)] == ["S1", "New Segment/", "S2"]
    assert [text for *_, text in marks(across, 1)] == ["1", "boundary"]


def test_a_header_that_names_another_recording_s_samples_is_refused(tmp_path: Path):
    write_brainvision(tmp_path / "a.vhdr", noise(6, SFREQ), SFREQ, [(1.0, "Stimulus", "S  1")])
    (tmp_path / "b.vhdr").write_bytes((tmp_path / "a.vhdr").read_bytes())
    dataset = sides(tmp_path, labels={"S1": "left"})
    assert marks(dataset, 0)
    with pytest.raises(BadRecordingError, match=r"b\.vhdr: its header names a\.eeg, which belongs to a\.vhdr"):
        dataset.read(dataset.recordings()[1])


@pytest.mark.parametrize("name", ["a.vhdr", "a.set", "a.gdf", "a.cnt", "a_raw.fif", "a.edf"])
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(b"nothing of the kind" * 100)
    dataset = sides(tmp_path)
    with pytest.raises(BadRecordingError, match=rf"{name}.*"):
        dataset.read(dataset.recordings()[0])


def test_channels_that_hold_no_voltage_or_are_missing_are_refused(tmp_path: Path):
    cue = [(1.0, "Stimulus", "S  1")]
    write_brainvision(tmp_path / "a.vhdr", noise(6, SFREQ), SFREQ, cue, units=("µV", "µV", "°C"))
    dataset = sides(tmp_path, labels={"S1": "left"})
    assert dataset.read(dataset.recordings()[0]).ch_names == ["C3", "C4"]
    with pytest.raises(BadRecordingError, match=r"a\.vhdr: channel O1 is of the type misc, not in volts"):
        sides(tmp_path, channels=["C3", "O1"]).read(dataset.recordings()[0])
    lacking = sides(tmp_path, channels=["C3", "Cz"], labels={"S1": "left"})
    with pytest.raises(
        BadRecordingError, match=r"has no channel 'Cz'; it has C3, C4, O1\. Set .*missing_channels=mark"
    ):
        lacking.read(dataset.recordings()[0])
    assert lacking.read(dataset.recordings()[0], may_lack_channels=True).ch_names == ["C3"]


ODD = ("EEG C3-Ref", "EEG A2-Ref", "t3")


@pytest.mark.parametrize("ending", [".vhdr", ".set", ".gdf", ".edf", "_raw.fif"])
def test_channels_go_by_other_spellings_and_as_differences_in_every_format(tmp_path: Path, ending: str):
    data, path = noise(6, SFREQ), tmp_path / f"a{ending}"
    if ending == ".vhdr":
        write_brainvision(path, data, SFREQ, [], names=ODD)
    elif ending == ".set":
        write_eeglab(path, data, SFREQ, [(1.0, "1")], names=ODD)
    elif ending == ".gdf":
        write_gdf(path, data, int(SFREQ), names=ODD)
    elif ending == ".edf":
        write_edf(path, data, SFREQ, names=ODD)
    else:
        write_fif(path, data, SFREQ, TRIGGERS, names=ODD)
    dataset = sides(tmp_path, labels_from=None, channels=["T7", "C3-M2", "C3"])
    raw = dataset.read(dataset.recordings()[0])
    assert raw.ch_names == ["T7", "C3-M2", "C3"]
    assert raw.get_channel_types() == ["eeg"] * 3
    np.testing.assert_allclose(raw.get_data() * 1e6, [data[2], data[0] - data[1], data[0]], atol=0.02)
    where = raw.get_montage().get_positions()["ch_pos"]
    assert where["T7"][0] < where["C3"][0] < -0.05  # left, in metres
    assert np.isnan(where["C3-M2"]).all()
    with pytest.raises(BadRecordingError, match=r"has no channel 'Cz'; it has EEG C3-Ref, EEG A2-Ref, t3"):
        sides(tmp_path, labels_from=None, channels=["C3", "Cz"]).read(dataset.recordings()[0])


def test_a_folder_without_recordings_says_what_is_there(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"dataset\.root=null: .* type dataset\.root=FOLDER"):
        reader(None).recordings()
    with pytest.raises(FileNotFoundError, match=r"there is no such folder"):
        reader(tmp_path / "absent").recordings()
    (tmp_path / "notes.docx").write_text("")
    with pytest.raises(FileNotFoundError, match=r"no recording that matches dataset\.pattern=\*\*/\* .*\.docx \(1\)"):
        reader(tmp_path).recordings()


def test_two_files_of_one_name_and_a_missing_table_are_refused(tmp_path: Path):
    write_edf(tmp_path / "a.edf", noise(6, SFREQ), SFREQ)
    dataset = sides(tmp_path, labels_from="*.csv")
    with pytest.raises(
        BadRecordingError, match=r"a\.edf: has no labels; .*a\.csv is expected \(dataset\.labels_from=\*\.csv"
    ):
        dataset.read(dataset.recordings()[0])
    write_fif(tmp_path / "a.fif", noise(6, SFREQ), SFREQ, TRIGGERS)
    with pytest.raises(BadRecordingError, match=r"a\.edf: has the same name as a\.fif"):
        dataset.recordings()


def test_label_files_are_no_recordings_and_may_lie_in_another_folder(tmp_path: Path):
    write_edf(tmp_path / "edfs" / "s1" / "night.edf", noise(60, SFREQ), SFREQ)
    (tmp_path / "stages" / "s1").mkdir(parents=True)
    notes = [edfio.EdfAnnotation(0, 30, "Sleep stage W"), edfio.EdfAnnotation(30, 30, "Sleep stage N2")]
    edfio.Edf([], annotations=notes).write(tmp_path / "edfs" / "s1" / "night-Hypnogram.edf")
    labels = {"Sleep stage W": "W", "Sleep stage N2": "N2"}
    dataset = reader(tmp_path / "edfs", labels_from="*-Hypnogram.edf", labels=labels)
    assert [(one.id, one.subject) for one in dataset.recordings()] == [("s1/night", "s1")]
    assert marks(dataset) == [(0.0, 30.0, "Sleep stage W"), (30.0, 30.0, "Sleep stage N2")]
    (tmp_path / "stages" / "s1" / "night.txt").write_text("W\nN2\n")
    dataset = reader(tmp_path / "edfs", labels_from="../../stages/s1/*.txt", pattern="s1/night.edf", labels={"W": "W"})
    assert dataset.recordings()[0].labels == tmp_path / "stages" / "s1" / "night.txt"


def test_the_label_column_the_epoch_and_the_map_of_markers_decide_the_shard(tmp_path: Path):
    plain = sides(tmp_path).read_settings
    assert sides(tmp_path, table={"column": "scorer_2", "epoch_s": 30.0}).read_settings != plain
    assert sides(tmp_path, table={"column": "label", "epoch_s": 20.0}).read_settings != plain
    assert sides(tmp_path, labels={"1": "left"}).read_settings != plain
    table = sides(tmp_path, labels_from="*.csv")
    assert sides(tmp_path, labels_from="*.csv", labels={"1": "left"}).read_settings == table.read_settings


def test_a_reader_goes_to_other_processes(tmp_path: Path):
    write_edf(tmp_path / "a.edf", noise(6, SFREQ), SFREQ, notes=[(1.0, 2.0, "1")])
    dataset = pickle.loads(pickle.dumps(sides(tmp_path)))
    assert marks(dataset) == [(1.0, 2.0, "1")]
    assert dataset.coverage(dataset.recordings()) == "all 1 subjects, all 1 recordings"
    assert dataset.card.channels == NAMES


def test_markers_of_brainvision_keep_their_short_names_in_other_formats(tmp_path: Path):
    data = noise(6, SFREQ)
    write_brainvision(tmp_path / "a.vhdr", data, SFREQ, [(at, "Stimulus", f"S{code:3d}") for at, code in TRIGGERS])
    mne.io.read_raw_brainvision(tmp_path / "a.vhdr", verbose="ERROR").save(tmp_path / "b_raw.fif", verbose="ERROR")
    dataset = sides(tmp_path, pattern="*.fif", labels={"S1": "left", "S2": "right"})
    assert [text for *_, text in marks(dataset)] == ["S1", "S2", "S1"]


def test_every_change_of_a_trigger_channel_to_another_code_is_a_label(tmp_path: Path):
    codes = np.repeat([0, 2, 1, 0, 1, 2, 1], 50).astype(float)
    info = mne.create_info([*NAMES, "STI 014"], SFREQ, ["eeg"] * len(NAMES) + ["stim"])
    data = np.vstack([1e-6 * noise(len(codes) / SFREQ, SFREQ), codes])
    mne.io.RawArray(data, info, verbose="ERROR").save(tmp_path / "a_raw.fif", verbose="ERROR")
    found = marks(sides(tmp_path, labels_from="triggers"))
    assert [(onset, text) for onset, _, text in found] == [(0.5, "2"), (1.0, "1"), (2.0, "1"), (2.5, "2"), (3.0, "1")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p.write_bytes(p.read_bytes()[:-5]), "does not end with a whole sample"),
        (lambda p: p.write_bytes(p.read_bytes()[:3600]), "has 300 samples of each channel, and a marker stands at 401"),
        (lambda p: p.unlink(), r"a\.vhdr: its header names a\.eeg, which is not there"),
        (lambda p: p.with_suffix(".vmrk").unlink(), r"a\.vhdr: its header names a\.vmrk, which is not there"),
    ],
)
def test_a_brainvision_recording_that_is_cut_or_lacks_a_file_is_refused(tmp_path: Path, change, message: str):
    write_brainvision(tmp_path / "a.vhdr", noise(6, SFREQ), SFREQ, [(4.0, "Stimulus", "S  1")])
    change(tmp_path / "a.eeg")
    dataset = sides(tmp_path, labels={"S1": "left"})
    with pytest.raises(BadRecordingError, match=message):
        dataset.read(dataset.recordings()[0])


def test_a_new_segment_is_read_across_under_the_name_that_brainvision_gives_it(tmp_path: Path):
    write_brainvision(tmp_path / "a.vhdr", noise(6, SFREQ), SFREQ, [(4.0, "Stimulus", "S  1")], paused_s=(3.0,))
    dataset = sides(tmp_path, labels={"S1": "left"}, ignored=("New Segment",))
    assert "S1" in [text for *_, text in marks(dataset)]
