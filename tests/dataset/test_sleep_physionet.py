"""Nights are found, paired, read and cropped as published; files that do not fit are named in errors."""

import datetime
import shutil
from pathlib import Path
from typing import Any

import edfio
import mne
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eegbench.dataset import BadRecordingError
from eegbench.dataset.night import sleep_labels, wake_crop
from eegbench.dataset.sleep_physionet import SleepPhysionet, fetch_nights, list_nights

LABELS = {
    "Sleep stage W": "W",
    "Sleep stage 1": "N1",
    "Sleep stage 2": "N2",
    "Sleep stage 3": "N3",
    "Sleep stage 4": "N3",
    "Sleep stage R": "R",
}
SLEEP = sleep_labels(LABELS, "W")
IGNORED = ("Sleep stage ?", "Movement time")

NIGHT = [  # of 600 s: wake, sleep from 120 s to 420 s, wake, and unscored far beyond the end
    (0.0, 120.0, "Sleep stage W"),
    (120.0, 60.0, "Sleep stage 1"),
    (180.0, 90.0, "Sleep stage 2"),
    (270.0, 30.0, "Movement time"),
    (300.0, 60.0, "Sleep stage 4"),
    (360.0, 60.0, "Sleep stage R"),
    (420.0, 150.0, "Sleep stage W"),
    (570.0, 3000.0, "Sleep stage ?"),
]


@pytest.fixture
def folder(tmp_path: Path, write_edf, write_hypnogram) -> Path:
    """Two nights of subject 0, one of subject 7, with published names."""
    for psg, hypnogram in (("SC4001E0", "SC4001EC"), ("SC4002E0", "SC4002EH"), ("SC4071E0", "SC4071EP")):
        patient = edfio.Patient(sex="F", name=f"Female_{33 if psg.startswith('SC400') else 30}yr")  # as published
        write_edf(tmp_path / f"{psg}-PSG.edf", ["EEG Fpz-Cz", "EEG Pz-Oz"], seconds=600, sfreq=20.0, patient=patient)
        write_hypnogram(tmp_path / f"{hypnogram}-Hypnogram.edf", NIGHT)
    return tmp_path


def dataset(root: Path | None, **options: Any) -> SleepPhysionet:
    settings: dict[str, Any] = {
        "root": None if root is None else str(root),
        "subjects": None,
        "nights": (1, 2),
        "channels": ("Fpz-Cz", "Pz-Oz"),
        "crop_wake_min": 1.0,
        "labelled": True,
        "hypnogram_start": "file",
        "wake": "W",
        "labels": LABELS,
        "ignored": IGNORED,
        "on_bad_recording": "raise",
    }
    return SleepPhysionet(**{**settings, **options})


def test_both_nights_of_a_subject_are_recordings_of_their_own(folder: Path):
    nights = dataset(folder).recordings()
    assert [(n.id, n.subject, n.session) for n in nights] == [
        ("SC4001E0", "00", "1"),
        ("SC4002E0", "00", "2"),
        ("SC4071E0", "07", "1"),
    ]
    assert [n.labels.name for n in nights] == [f"{x}-Hypnogram.edf" for x in ("SC4001EC", "SC4002EH", "SC4071EP")]
    assert dataset(folder).coverage(nights) == "2 of 78 subjects, 3 of 153 recordings"


def test_a_night_is_cropped_to_the_minutes_around_sleep_with_its_last_stage_whole(folder: Path):
    night = dataset(folder)
    raw = night.read(night.recordings()[0])
    assert raw.ch_names == ["Fpz-Cz", "Pz-Oz"]
    assert not raw.preload
    assert (raw.first_time, raw.n_times / raw.info["sfreq"]) == (60.0, 420.0)
    stages = list(zip(raw.annotations.onset, raw.annotations.duration, raw.annotations.description, strict=True))
    assert stages == [(60.0, 60.0, "Sleep stage W"), *NIGHT[1:6], (420.0, 60.0, "Sleep stage W")]
    whole = mne.io.read_raw_edf(folder / "SC4001E0-PSG.edf", verbose="ERROR").get_data()
    np.testing.assert_array_equal(raw.get_data(), whole[:, 60 * 20 : 480 * 20])


def test_without_a_crop_the_night_is_whole_and_stages_end_with_it(folder: Path):
    night = dataset(folder, crop_wake_min=None)
    raw = night.read(night.recordings()[0])
    assert raw.n_times == 600 * 20
    last = raw.annotations[-1]
    assert (last["onset"], last["duration"], last["description"]) == (570.0, 30.0, "Sleep stage ?")


def test_a_crop_wider_than_the_record_keeps_all_of_it(folder: Path):
    night = dataset(folder, crop_wake_min=30.0)
    raw = night.read(night.recordings()[0])
    assert (raw.first_time, raw.n_times) == (0.0, 600 * 20)


def test_without_labels_hypnograms_are_not_looked_at_and_nothing_is_cropped(folder: Path):
    (folder / "SC4001EC-Hypnogram.edf").unlink()
    (folder / "SC4002EH-Hypnogram.edf").write_bytes(b"")
    night = dataset(folder, labelled=False)
    recordings = night.recordings()
    assert [recording.labels for recording in recordings] == [None, None, None]
    raw = night.read(recordings[1])
    assert (raw.n_times, len(raw.annotations)) == (600 * 20, 0)


def test_stages_3_and_4_are_one_class_and_classes_keep_the_order_of_depth():
    assert dataset(None).classes == ("W", "N1", "N2", "N3", "R")


@pytest.mark.parametrize(
    ("length_s", "onset", "duration", "expected"),
    [  # references.md A12
        (400.0, [100.0, 200.0], [30.0, 45.0], (40.0, 305.0)),
        (250.0, [20.0, 100.0], [30.0, 30.0], (0.0, 190.0)),
        (250.0, [100.0, 200.0], [30.0, 30.0], (40.0, 250.0)),
    ],
)
def test_the_crop_meets_the_published_oracles(length_s, onset, duration, expected):
    assert wake_crop(onset, duration, ["Sleep stage 1", "Sleep stage R"], SLEEP, 1.0, length_s) == expected


def test_wake_unscored_and_movement_are_no_sleep():
    stages = ["Sleep stage W", "Sleep stage ?", "Movement time", "Sleep stage 3", "Sleep stage ?", ""]
    onset = [0.0, 100.0, 200.0, 300.0, 330.0, 400.0]
    assert wake_crop(onset, [30.0] * 6, stages, SLEEP, 0.0, 1000.0) == (300.0, 330.0)


@given(
    stages=st.lists(st.sampled_from([*LABELS, *IGNORED]), min_size=1, max_size=40),
    minutes=st.floats(0, 20),
    length_s=st.floats(1200, 2000),
)
def test_every_sleep_stage_inside_the_record_is_inside_the_crop(stages, minutes, length_s):
    onset, duration = [30.0 * i for i in range(len(stages))], [30.0] * len(stages)
    asleep = [i for i, stage in enumerate(stages) if stage[-1] in "1234R"]
    if not asleep:
        with pytest.raises(ValueError, match="no sleep stage"):
            wake_crop(onset, duration, stages, SLEEP, minutes, length_s)
        return
    tmin, tmax = wake_crop(onset, duration, stages, SLEEP, minutes, length_s)
    assert 0 <= tmin <= onset[asleep[0]]
    assert onset[asleep[-1]] + 30 <= tmax <= length_s
    assert tmin == 0 or tmin == onset[asleep[0]] - 60 * minutes


def test_subjects_and_nights_choose_recordings(folder: Path):
    assert [n.id for n in dataset(folder, subjects=(7,)).recordings()] == ["SC4071E0"]
    assert [n.id for n in dataset(folder, nights=(2,)).recordings()] == ["SC4002E0"]
    assert [n.id for n in list_nights(folder, labelled=True, subjects=[0], nights=[1])] == ["SC4001E0"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"subjects": (0, 5)}, r"dataset.subjects=\[5\]: no recordings of nights \[1, 2\]; there are subjects 0, 7"),
        ({"subjects": (7,), "nights": (2,)}, r"dataset.subjects=\[7\]: no recordings of nights \[2\]"),
        ({"nights": (3,)}, r"dataset.subjects=all: no recordings of nights \[3\]"),
        ({"subjects": (39,)}, r"dataset.subjects=\[39\]: no recordings"),
    ],
)
def test_subjects_and_nights_that_are_not_there_are_named(folder: Path, options, words):
    with pytest.raises(ValueError, match=words):
        dataset(folder, **options).recordings()


def test_subjects_that_were_never_published_are_only_noted(folder: Path, caplog):
    caplog.set_level("INFO")
    assert [n.subject for n in dataset(folder, subjects=(7, 39, 36), nights=(1,)).recordings()] == ["07"]
    assert "no nights [1] of subjects [39, 36]" in caplog.text


def test_age_and_sex_of_published_files_come_from_the_table_that_mne_ships(folder: Path):
    assert dict(dataset(folder).recordings()[0].facts) == {"age": 33, "sex": "F"}


def test_a_name_alone_makes_no_file_one_of_sleep_edf(tmp_path: Path, write_edf, caplog):
    caplog.set_level("INFO")
    for name, patient in (
        ("SC4001E0", edfio.Patient(sex="M", name="Male_33yr")),  # subject 0 is a woman
        ("SC4011E0", edfio.Patient(sex="F", name="Female_34yr")),  # subject 1 is 33
        ("SC4021E0", None),
    ):
        write_edf(tmp_path / f"{name}-PSG.edf", patient=patient)
    nights = dataset(tmp_path, labelled=False).recordings()
    assert [(n.subject, dict(n.facts)) for n in nights] == [("00", {}), ("01", {}), ("02", {})]
    assert "(3: SC4001E0, SC4011E0, SC4021E0)" in caplog.text
    assert dataset(tmp_path).coverage(nights) == "3 subjects, 3 recordings"


@pytest.fixture
def own_names(tmp_path: Path, write_edf) -> Path:
    """Two nights of each of two people with other names."""
    for seed, name in enumerate(("S01_night1", "S01_night2", "S02_night1", "S02_night2")):
        write_edf(tmp_path / f"{name}-PSG.edf", seed=seed)
    return tmp_path


def test_a_column_recording_says_whose_each_night_is(own_names: Path):
    (own_names / "subjects.csv").write_text(
        "recording,subject,age,sex,session\n"
        "S01_night1,S01,30,F,\nS01_night2-PSG.edf,S01,31,F,\nS02_night1-PSG,S02,,,pre\nS02_night2,S02,,,post\n"
    )
    nights = dataset(own_names, labelled=False).recordings()
    assert [(n.id, n.subject, n.session, dict(n.facts)) for n in nights] == [
        ("S01_night1", "S01", "1", {"age": 30, "sex": "F"}),
        ("S01_night2", "S01", "2", {"age": 31, "sex": "F"}),
        ("S02_night1", "S02", "pre", {}),
        ("S02_night2", "S02", "post", {}),
    ]


def test_a_table_of_recordings_needs_only_recording_and_subject_and_names_the_one_it_lacks(own_names: Path):
    table = own_names / "subjects.csv"
    table.write_text("recording,subject\nS01_night1,S01\nS01_night2,S01\nS02_night1,\nS02_night2,S02\n")
    with pytest.raises(
        ValueError, match=r"subjects\.csv: names no subject for S02_night1 .* add a row with recording S02"
    ):
        dataset(own_names, labelled=False).recordings()


def test_a_table_of_subjects_that_does_not_know_a_name_tells_of_the_column_recording(own_names: Path):
    (own_names / "subjects.csv").write_text("subject,age,sex\nS01,30,F\nS02,31,F\n")
    with pytest.raises(ValueError, match=r"no row for subject S01_night1; .* add a column recording"):
        dataset(own_names, labelled=False).recordings()


def test_a_subjects_csv_in_the_folder_comes_before_the_published_table(folder: Path):
    (folder / "subjects.csv").write_text("subject,age,sex\n00,61,M\n7,,female\n")
    facts = {n.subject: dict(n.facts) for n in dataset(folder).recordings()}
    assert facts == {"00": {"age": 61, "sex": "M"}, "07": {"sex": "F"}}


def test_a_participants_tsv_says_who_the_subjects_are(folder: Path):
    (folder / "participants.tsv").write_text("participant_id\tage\tsex\nsub-00\t61\tM\nsub-07\tn/a\tfemale\n")
    facts = {n.subject: dict(n.facts) for n in dataset(folder).recordings()}
    assert facts == {"00": {"age": 61, "sex": "M"}, "07": {"sex": "F"}}


def test_a_participants_tsv_of_recordings_says_whose_each_night_is(own_names: Path):
    rows = "".join(f"S0{who}_night{night}\tsub-{who}\n" for who in (1, 2) for night in (1, 2))
    (own_names / "participants.tsv").write_text(f"recording\tparticipant_id\n{rows}")
    assert [n.subject for n in dataset(own_names, labelled=False).recordings()] == ["1", "1", "2", "2"]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("name,age\n00,61\n", "has the columns name, age; subject (or participant_id) is expected"),
        ("subject,age,sex\n00,61,M\n", "has no row for subject 07"),
        ("subject,age,sex\n00,old,M\n07,1,F\n", "subject 00 has age 'old'; a number is expected"),
        ("subject,age,sex\n00,61,X\n07,1,F\n", "subject 00 has the sex 'X'; F or M is expected"),
    ],
)
def test_a_subjects_csv_that_does_not_fit_is_named(folder: Path, table: str, words: str):
    (folder / "subjects.csv").write_text(table)
    with pytest.raises(ValueError, match=r"subjects\.csv") as caught:
        dataset(folder).recordings()
    assert words in str(caught.value)


def test_any_other_names_pair_by_what_stands_before_the_ending(tmp_path: Path, write_edf, write_hypnogram):
    write_edf(tmp_path / "anna-PSG.edf", seconds=600)
    write_hypnogram(tmp_path / "anna-Hypnogram.edf", NIGHT)
    (tmp_path / "._anna-PSG.edf").write_bytes(b"left by another system")
    nights = dataset(tmp_path).recordings()
    assert [(n.id, n.subject, n.session, dict(n.facts)) for n in nights] == [("anna", "anna", "1", {})]
    assert dataset(tmp_path).read(nights[0]).n_times == 420 * 100


def test_endings_in_capitals_are_those_of_a_night_too(tmp_path: Path, write_edf, write_hypnogram):
    write_edf(tmp_path / "anna-PSG.edf", seconds=600).rename(tmp_path / "ANNA-PSG.EDF")
    write_hypnogram(tmp_path / "anna-Hypnogram.edf", NIGHT).rename(tmp_path / "ANNA-HYPNOGRAM.EDF")
    (night,) = dataset(tmp_path).recordings()
    assert (night.id, night.subject) == ("ANNA", "ANNA")
    assert dataset(tmp_path).read(night).n_times == 420 * 100


@pytest.fixture
def pairs(tmp_path: Path, write_edf, write_hypnogram):
    """Write files with these names, and return the hypnogram of each recording."""

    def of(*names: str) -> dict[str, str | None]:
        for name in names:
            path = tmp_path / f"{name}.edf"
            write_edf(path) if name.endswith("-PSG") else write_hypnogram(path, NIGHT)
        found = dataset(tmp_path).recordings()
        return {n.id: None if n.labels is None else n.labels.name.removesuffix("-Hypnogram.edf") for n in found}

    return of


def test_names_in_the_style_of_sleep_edf_pair_whatever_the_set(pairs):
    found = pairs(
        "SG0011E0-PSG", "SG0011EC-Hypnogram", "SG0012J0-PSG", "SG0012JA-Hypnogram", "XAB-PSG", "XAB-Hypnogram"
    )
    assert found == {"SG0011E0": "SG0011EC", "SG0012J0": "SG0012JA", "XAB": "XAB"}


def test_names_that_only_resemble_each_other_are_no_pair(pairs):
    found = pairs("P10-PSG", "P1A-Hypnogram", "anna0-PSG", "annaB-Hypnogram", "S1A-PSG", "S1B-Hypnogram")
    assert {name: own for name, own in found.items() if name in ("P10", "anna0", "S1A")} == dict.fromkeys(
        ("P10", "anna0", "S1A")
    )


def test_the_equal_name_comes_before_that_of_a_scorer_and_two_scorers_are_refused(pairs, tmp_path: Path):
    assert pairs("SG0011E0-PSG", "SG0011E0-Hypnogram", "SG0011EC-Hypnogram")["SG0011E0"] == "SG0011E0"
    (tmp_path / "SG0011E0-Hypnogram.edf").unlink()
    with pytest.raises(ValueError, match=r"SG0011EJ-Hypnogram\.edf: is the same night as SG0011EC-H.*a column"):
        pairs("SG0011EJ-Hypnogram")
    table = tmp_path / "subjects.csv"
    table.write_text("recording,subject,hypnogram\nSG0011E0,1,SG0011EC\n")
    (night,) = dataset(tmp_path).recordings()
    assert (night.subject, night.labels) == ("1", tmp_path / "SG0011EC-Hypnogram.edf")


def test_of_two_scorers_of_a_published_night_the_table_may_choose(pairs, tmp_path: Path):
    (tmp_path / "subjects.csv").write_text("recording,subject,hypnogram\nSC4001E0,1,SC4001EW-Hypnogram\n")
    assert pairs("SC4001E0-PSG", "SC4001EC-Hypnogram", "SC4001EW-Hypnogram") == {"SC4001E0": "SC4001EW"}


def test_a_table_names_the_hypnogram_of_any_recording(pairs, tmp_path: Path):
    table = tmp_path / "subjects.csv"
    table.write_text("recording,subject,hypnogram\nfirst,a,scored_by_anna-Hypnogram.edf\nsecond,b,\n")
    names = ("first-PSG", "second-PSG", "scored_by_anna-Hypnogram", "second-Hypnogram")
    assert pairs(*names) == {"first": "scored_by_anna", "second": "second"}
    for row, words in (("b,nowhere", "there is no such file"), ("b,scored_by_anna", "names it for two recordings")):
        table.write_text(f"recording,subject,hypnogram\nfirst,a,scored_by_anna\nsecond,{row}\n")
        with pytest.raises(ValueError, match=rf"subjects\.csv: hypnogram .* of second-PSG\.edf: {words}"):
            dataset(tmp_path).recordings()


@pytest.mark.realdata
def test_the_real_segment_pairs_and_reads(shared_data: Path):
    segment = dataset(shared_data / "sleep-segment", channels=("EEG",), crop_wake_min=None)
    (night,) = segment.recordings()
    assert (night.id, night.labels.name) == ("SG0011E0", "SG0011EC-Hypnogram.edf")
    assert segment.read(night).annotations.duration.sum() == 5010.0


def test_telemetry_subjects_are_other_people_than_cassette_subjects(tmp_path: Path, write_edf):
    for name in ("SC4011E0", "ST7011J0"):
        write_edf(tmp_path / f"{name}-PSG.edf", patient=edfio.Patient(sex="F", name="Female_33yr"))
    nights = dataset(tmp_path, labelled=False).recordings()
    assert [(n.subject, dict(n.facts)) for n in nights] == [("01", {"age": 33, "sex": "F"}), ("ST01", {})]


def test_no_folder_an_empty_one_and_one_too_high_are_named(folder: Path, tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"dataset\.root=.*nowhere: there is no such folder"):
        dataset(tmp_path / "nowhere").recordings()
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(FileNotFoundError, match=r"no \*-PSG\.edf in it; put them there"):
        dataset(empty).recordings()
    shutil.copytree(folder, empty / "sleep-cassette", ignore=lambda *_: ["empty"])
    with pytest.raises(FileNotFoundError, match=r"set dataset\.root=.*sleep-cassette"):
        dataset(empty).recordings()


def test_a_psg_without_hypnogram_and_the_reverse_are_listed_and_refused_when_read(folder: Path):
    (folder / "SC4001EC-Hypnogram.edf").unlink()
    (folder / "SC4002E0-PSG.edf").unlink()
    night = dataset(folder)
    without_hypnogram, without_psg, whole = night.recordings()
    with pytest.raises(
        BadRecordingError, match=r"SC4001E0-PSG\.edf: has no hypnogram; SC4001E\*-Hypnogram\.edf is exp"
    ):
        night.read(without_hypnogram)
    with pytest.raises(
        BadRecordingError, match=r"SC4002EH-Hypnogram\.edf: has no recording; SC4002E\*-PSG\.edf is exp"
    ):
        night.read(without_psg)
    assert night.read(whole).n_times == 420 * 20


def test_two_hypnograms_of_one_night_are_named(folder: Path):
    shutil.copy(folder / "SC4001EC-Hypnogram.edf", folder / "SC4001EW-Hypnogram.edf")
    with pytest.raises(ValueError, match=r"SC4001EW-Hypnogram\.edf: is the same night as SC4001EC-Hyp"):
        dataset(folder).recordings()


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        (
            [*NIGHT, (590.0, 5.0, "Lights on")],
            "has the labels 'Lights on', which are neither in dataset.labels nor in",
        ),
        (NIGHT[:1], "no sleep stage in the 600 s of the record"),
        ([(700.0, 30.0, "Sleep stage 2")], "no stage in the 600 s of the record has a class"),
    ],
)
def test_a_hypnogram_that_cannot_be_used_is_named(folder: Path, write_hypnogram, stages, words):
    path = write_hypnogram(folder / "SC4001EC-Hypnogram.edf", stages)
    night = dataset(folder)
    with pytest.raises(BadRecordingError) as caught:
        night.read(night.recordings()[0])
    assert str(caught.value).startswith(f"{path}: ")
    assert words in str(caught.value)


def test_a_hypnogram_that_starts_at_another_time_is_refused(folder: Path, write_hypnogram):
    write_hypnogram(folder / "SC4001EC-Hypnogram.edf", NIGHT, start=datetime.time(23, 0, 0))
    night = dataset(folder)
    with pytest.raises(BadRecordingError, match=r"23:00:00 and SC4001E0-PSG\.edf at .*22:00:00; equal starts"):
        night.read(night.recordings()[0])


def test_a_hypnogram_is_laid_by_the_clock_where_that_is_asked_for(folder: Path, write_hypnogram):
    late = [(onset - 60.0, duration, text) for onset, duration, text in NIGHT[1:]]
    write_hypnogram(folder / "SC4001EC-Hypnogram.edf", late, start=datetime.time(22, 1, 0))
    night = dataset(folder, hypnogram_start="clock", crop_wake_min=None)
    raw = night.read(night.recordings()[0])
    assert list(raw.annotations.onset) == [onset for onset, _, _ in NIGHT[1:]]


@pytest.mark.parametrize(("start_s", "expected"), [(0.75, [0.0, 29.25]), (600.0, [0.0])])
def test_signal_and_stages_lie_on_one_clock_by_the_time_of_the_first_sample(
    folder: Path, write_edf, write_hypnogram, start_s: float, expected: list[float]
):
    path = folder / "SC4001E0-PSG.edf"
    write_edf(path, ["EEG Fpz-Cz", "EEG Pz-Oz"], sfreq=20.0, annotations=[], start=datetime.time(22, 0, 0, 250_000))
    data = path.read_bytes()
    for second in range(59, -1, -1):
        written, late = (f"+{second + more:g}".encode() + b"\x14\x14" for more in (0.25, start_s))
        data = data.replace(written.ljust(len(late), b"\0"), late.ljust(len(written), b"\0"))
    path.write_bytes(data)
    write_hypnogram(folder / "SC4001EC-Hypnogram.edf", [(0.0, 30.0, "Sleep stage W"), (30.0, 615.0, "Sleep stage 2")])
    night = dataset(folder, crop_wake_min=None, subjects=(0,), nights=(1,))
    raw = night.read(night.recordings()[0])
    np.testing.assert_allclose(raw.annotations.onset, expected)
    np.testing.assert_allclose(raw.annotations.duration[-1], 30.75 if start_s < 1 else 45.0)


def test_a_hypnogram_may_count_from_lights_off(tmp_path: Path, write_edf, write_hypnogram):
    lights = [(90.0, None, "Lights Off")]
    write_edf(tmp_path / "a-PSG.edf", ["EEG Fpz-Cz", "EEG Pz-Oz"], seconds=600, sfreq=20.0, annotations=lights)
    write_hypnogram(tmp_path / "a-Hypnogram.edf", NIGHT[:2], start=datetime.time(23, 0, 0))
    night = dataset(tmp_path, hypnogram_start="lights_off", crop_wake_min=None)
    assert list(night.read(night.recordings()[0]).annotations.onset) == [90.0, 210.0]
    write_edf(tmp_path / "a-PSG.edf", ["EEG Fpz-Cz", "EEG Pz-Oz"], seconds=600, sfreq=20.0)
    with pytest.raises(BadRecordingError, match="has 0 annotations of lights off, and one is expected"):
        night.read(night.recordings()[0])


def test_stages_without_a_duration_last_until_the_next(folder: Path, write_hypnogram):
    bare = [(30.0 * i, None, f"Sleep stage {'W' if i < 4 or i > 10 else 2}") for i in range(20)]
    write_hypnogram(folder / "SC4001EC-Hypnogram.edf", bare)
    night = dataset(folder, crop_wake_min=None)
    raw = night.read(night.recordings()[0])
    np.testing.assert_array_equal(raw.annotations.duration, [30.0] * 20)


def test_sleep_is_every_class_but_wake_whatever_its_descriptions_are(folder: Path, write_hypnogram):
    named = [
        (0.0, 120.0, "SLEEP-S0"),
        (120.0, 100.0, "Biocal 1"),
        (220.0, 80.0, "SLEEP-REM"),
        (300.0, 300.0, "SLEEP-S0"),
    ]
    write_hypnogram(folder / "SC4001EC-Hypnogram.edf", named)
    labels = {"SLEEP-S0": "W", "SLEEP-REM": "R"}
    night = dataset(folder, labels=labels, ignored=("Biocal 1",), subjects=(0,), nights=(1,))
    raw = night.read(night.recordings()[0])
    assert (raw.first_time, raw.times[-1] + 0.05) == (160.0, 200.0)
    with pytest.raises(ValueError, match=r"dataset\.wake=Wake: none of the classes \(W, R\) has this name"):
        dataset(folder, labels=labels, wake="Wake")


def test_a_hypnogram_without_a_class_is_refused_also_without_a_crop(folder: Path, write_hypnogram):
    write_hypnogram(folder / "SC4001EC-Hypnogram.edf", [(0.0, 600.0, "Sleep stage ?")])
    night = dataset(folder, crop_wake_min=None)
    with pytest.raises(BadRecordingError, match=r"no stage in the 600 s of the record has a class; .*labelled=false"):
        night.read(night.recordings()[0])


def test_a_hypnogram_that_is_a_pointer_is_refused(folder: Path):
    (folder / "SC4001EC-Hypnogram.edf").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    night = dataset(folder)
    with pytest.raises(BadRecordingError, match=r"SC4001EC-Hypnogram\.edf: is a git-lfs pointer"):
        night.read(night.recordings()[0])


def test_an_anonymous_date_crops_as_any_other(folder: Path):
    for name in ("SC4001E0-PSG.edf", "SC4001EC-Hypnogram.edf"):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[:88] + b"X".ljust(80) + b"xx.xx.xxyy.yy.yy" + data[184:])
    night = dataset(folder)
    raw = night.read(night.recordings()[0])
    assert (raw.first_time, raw.n_times) == (60.0, 420 * 20)
    assert list(raw.annotations.onset) == [60.0, *(onset for onset, _, _ in NIGHT[1:7])]


def test_a_hypnogram_with_an_anonymous_start_counts_from_that_of_the_recording_and_lies_on_no_clock(folder: Path):
    path = folder / "SC4001EC-Hypnogram.edf"
    data = path.read_bytes()
    path.write_bytes(data[:168] + b"xx.xx.xxyy.yy.yy" + data[184:])
    whole = dataset(folder, crop_wake_min=None)
    assert list(whole.read(whole.recordings()[0]).annotations.onset) == [onset for onset, _, _ in NIGHT]
    by_clock = dataset(folder, hypnogram_start="clock")
    with pytest.raises(BadRecordingError, match=r"Hypnogram\.edf: has no times of day .*hypnogram_start=file"):
        by_clock.read(by_clock.recordings()[0])


@pytest.mark.parametrize(
    ("options", "words"),
    [({"crop_wake_min": -1.0}, "crop_wake_min=-1"), ({"channels": ()}, "at least one is expected")],
)
def test_values_that_make_no_sense_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        dataset(None, **options)


def test_without_a_root_mne_fetches_what_was_asked_for(folder: Path, monkeypatch):
    asked: list[dict[str, Any]] = []

    def fetch(*, subjects, recording, on_missing, verbose):
        asked.append({"subjects": subjects, "recording": recording, "on_missing": on_missing})
        return [[str(folder / "SC4001E0-PSG.edf"), str(folder / "SC4001EC-Hypnogram.edf")]]

    monkeypatch.setattr("mne.datasets.sleep_physionet.age.fetch_data", fetch)
    nights = dataset(None, subjects=(0, 39), nights=(1,)).recordings()
    assert [n.id for n in nights] == ["SC4001E0"]
    assert asked == [{"subjects": [0], "recording": [1], "on_missing": "ignore"}]
    dataset(None).recordings()
    assert len(asked) == 1 + 78


@pytest.mark.parametrize("error", [ConnectionError("no route"), ValueError("SHA1 hash does not match")])
def test_a_fetch_that_fails_says_how_to_do_without(monkeypatch, error: Exception):
    def fetch(**_: object):
        raise error

    monkeypatch.setattr("mne.datasets.sleep_physionet.age.fetch_data", fetch)
    with pytest.raises(FileNotFoundError, match=rf"could not be fetched \({error}\).*dataset\.root=FOLDER"):
        fetch_nights([0], [1])


@pytest.mark.realdata
def test_the_official_hypnogram_and_recording_are_read_as_they_are(shared_data: Path, tmp_path: Path):
    shutil.copy(shared_data / "sleep-edf" / "SC4001E0-PSG.first300s.edf", tmp_path / "SC4001E0-PSG.edf")
    shutil.copy(shared_data / "sleep-edf" / "SC4001EC-Hypnogram.edf", tmp_path)
    night = dataset(tmp_path, crop_wake_min=None)
    raw = night.read(night.recordings()[0])
    assert (raw.ch_names, raw.info["sfreq"], raw.n_times) == (["Fpz-Cz", "Pz-Oz"], 100.0, 30000)
    assert [dict(a)["description"] for a in raw.annotations] == ["Sleep stage W"]
    assert raw.annotations.duration[0] == 300.0
    np.testing.assert_allclose(raw.get_data(stop=2)[0] * 1e6, [5.01684982, -2.57875458])
    with pytest.raises(BadRecordingError, match="no sleep stage in the 300 s"):
        dataset(tmp_path).read(night.recordings()[0])


@pytest.mark.realdata
def test_the_official_hypnogram_crops_to_841_epochs(shared_data: Path):
    """SC4001 after the tutorial's crop: 841 windows of 30 s, one of the sizes of references.md A12."""
    stages = mne.read_annotations(shared_data / "sleep-edf" / "SC4001EC-Hypnogram.edf")
    tmin, tmax = wake_crop(stages.onset, stages.duration, stages.description, SLEEP, 30.0, 79500.0)
    assert (tmin, tmax - tmin) == (28830.0, 841 * 30.0)


def test_folders_of_subjects_are_said_not_to_be_searched(tmp_path: Path):
    for subject in ("sub-00", "sub-01"):
        (tmp_path / subject).mkdir()
        (tmp_path / subject / f"{subject}-PSG.edf").touch()
    with pytest.raises(FileNotFoundError, match=r"2 folders below it hold some \(sub-00, sub-01, …\), which are not"):
        dataset(tmp_path).recordings()
