"""The survey shows errors, skipped recordings and notes of a run by recording, and preprocesses nothing."""

import re
from dataclasses import replace

import mne
import pytest
from preprocessing.test_build import filtered, opened, standard
from toy import ToyDataset

from eegbench.dataset import BadRecordingError
from eegbench.dataset.distinct_subjects import check_subjects
from eegbench.preprocessing.survey import survey


def scaled(factor):
    return lambda raw: raw.load_data(verbose="ERROR").apply_function(lambda x: x * factor, verbose="ERROR")


def labelled(onset_s, duration_s, text):
    return lambda raw: raw.set_annotations(raw.annotations + mne.Annotations(onset_s, duration_s, text))


def other_rate(raw):
    info = mne.create_info(raw.ch_names, 200.0, "eeg")
    return mne.io.RawArray(raw.get_data(), info, verbose="ERROR").set_annotations(raw.annotations, verbose="ERROR")


KINDS = {
    "unit": (scaled(1e6), "the unit in the file's header is wrong"),
    "gain": (scaled(1 / 200), "times smaller, so its unit or gain differs"),
    "unknown label": (labelled(75.0, 1.0, "middle"), "nor in dataset.ignored: middle"),
    "two classes": (labelled(5.0, 10.0, "right"), "it is labelled left and right"),
    "no window": (lambda raw: raw.crop(0, 1.5), "contain no window"),
    "rate": (other_rate, "at 200 Hz, but s0 has 2"),
    "channel": (lambda raw: raw.drop_channels(["B"]), "but s0 has 2"),
}


class Odd(ToyDataset):
    """Dataset of three recordings, with a changed recording s1."""

    def __init__(self, change, **options):
        super().__init__(n_subjects=3, **options)
        self.change = change

    def read(self, recording, *, may_lack_channels=False):
        raw = super().read(recording, may_lack_channels=may_lack_channels)
        return self.change(raw) if recording.id == "s1" else raw


def problems(found):
    return dict(zip(found.table["recording"], found.table["problem"], strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_what_stops_a_run_is_shown_with_its_recording(tmp_path, kind):
    change, message = KINDS[kind]
    dataset = Odd(change, folder=tmp_path / "toy")
    with pytest.raises(BadRecordingError):
        opened(tmp_path, dataset)
    found = survey(dataset, standard(), 1)
    told = problems(found)
    assert [name for name, problem in told.items() if problem] == ["s1"]
    assert message in told["s1"]
    assert found.refusal == ""


def test_what_a_run_uses_has_no_problem_and_nothing_is_written(tmp_path):
    dataset = ToyDataset(folder=tmp_path / "toy", n_subjects=3)
    found = survey(dataset, standard(filtered(sfreq=50.0)), 1)
    assert not any(problems(found).values())
    assert found.notes == ("Channels of group eeg are EEG by the file or by default: A, B.",)
    assert {path.name for path in tmp_path.iterdir()} == {"toy"}
    assert found.table["labels"].tolist() == ["left 4 (0.667 min); rest 2 (0.333 min); right 2 (0.333 min)"] * 3


def test_a_recording_that_cannot_be_read_does_not_end_the_survey(tmp_path):
    found = survey(ToyDataset(folder=tmp_path / "toy", n_subjects=3, bad=("s0",)), standard(), 1)
    assert problems(found) == {"s0": "the toy is broken", "s1": "", "s2": ""}


def test_equal_files_of_two_subjects_are_a_problem_of_both(tmp_path):
    dataset = ToyDataset(folder=tmp_path / "toy", n_subjects=3)
    recordings = dataset.recordings()
    (tmp_path / "toy" / "s2.txt").write_text("1")
    with pytest.raises(ValueError, match="the same recording under two names") as refused:
        check_subjects(dataset, recordings)
    told = problems(survey(dataset, standard(), 1))
    assert told == {"s0": "", "s1": str(refused.value), "s2": str(refused.value)}


def test_names_that_share_a_stem_are_noted(tmp_path):
    dataset = ToyDataset(folder=tmp_path / "toy", n_subjects=2)
    one, other = dataset.recordings()
    dataset.recordings = lambda: [replace(one, subject="anna"), replace(other, subject="anna_copy")]
    found = survey(dataset, standard(), 1)
    assert any("copies of one person (1: anna and anna_copy)" in note for note in found.notes)


def test_channels_that_some_or_all_recordings_lack_are_told(tmp_path):
    dataset = Odd(lambda raw: raw.drop_channels(["B"]), folder=tmp_path / "toy")
    for how in ("mark", "zeros"):
        found = survey(dataset, standard(filtered(channels=("A", "B"), missing_channels=how)), 1)
        assert not any(problems(found).values())
        kinds = "Channels of group eeg are EEG by the file or by default: A, B."
        assert found.notes == (kinds, "Channel B is missing in 1 of 3 recordings: s1.")
    nowhere = survey(dataset, standard(filtered(channels=("A", "Nope"), missing_channels="mark")), 1)
    assert "no recording has the channel Nope; there are A" in nowhere.refusal


def test_the_notes_of_readers_and_of_windows_are_those_of_a_run(tmp_path, caplog):
    dataset = ToyDataset(folder=tmp_path / "toy", n_subjects=2)
    caplog.set_level("INFO")
    opened(tmp_path, dataset, standard(window_s=7.0, stride_s=7.0))
    of_run = [message for message in caplog.messages if "labelled time" in message]
    assert len(of_run) == 1
    assert of_run[0] in survey(dataset, standard(window_s=7.0, stride_s=7.0), 1).notes


@pytest.mark.slow
def test_processes_see_the_same(tmp_path):
    dataset = ToyDataset(folder=tmp_path / "toy", n_subjects=3)
    one, two = (survey(dataset, standard(), n) for n in (1, 2))
    assert one.table.equals(two.table)
    assert one.notes == two.notes


def test_a_recording_whose_windows_are_all_rejected_is_a_problem(tmp_path):
    def still(raw):
        return raw.load_data().apply_function(lambda x: 0 * x, picks=["B"], verbose="ERROR")

    found = survey(Odd(still, folder=tmp_path / "toy"), standard(), 1)
    assert re.search(r"windows are rejected \(\d+ flat\)", problems(found)["s1"])
