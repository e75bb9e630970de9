"""A BIDS dataset gives its recordings, events, channels and participants, or an error that names the problem."""

import json
import logging
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import edfio
import numpy as np
import pytest
import yaml
from bids_tree import CHANNELS, add_eegbci, add_recording, bids, edit, write_noise

from eegbench.config import build
from eegbench.dataset import BadRecordingError, Dataset, MixedRatesError
from eegbench.dataset.bids_tables import read_participants
from eegbench.dataset.joined import Joined
from eegbench.preprocessing.build import build_shards, plan_shards
from eegbench.preprocessing.filtered import Filtered
from eegbench.preprocessing.trial import Trial
from eegbench.store.local import Local

PARTICIPANTS = (
    "participant_id\tage\tsex\thandedness\tscore\tgroup\tsession\n"
    "sub-01\t21\tF\tR\t3\tcontrol\tmorning\n"
    "sub-02\t34.5\tmale\tn/a\t4.5\tpatient\tn/a\n"
)


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """Two subjects: the first with two sessions and two runs of a task and one of another; the second with one run."""
    root = tmp_path_factory.mktemp("bids")
    edf = write_noise(tmp_path_factory.mktemp("edf") / "one.edf")
    for name in (
        {"subject": "01", "session": "a", "task": "oddball", "run": "01"},
        {"subject": "01", "session": "a", "task": "oddball", "run": "02"},
        {"subject": "01", "session": "b", "task": "oddball", "run": "01"},
        {"subject": "01", "session": "b", "task": "rest"},
        {"subject": "02", "session": "a", "task": "oddball", "run": "01"},
    ):
        add_recording(root, edf, name)
    (root / "participants.tsv").write_text(PARTICIPANTS)
    return root


@pytest.fixture
def tree(written: Path, tmp_path: Path) -> Path:
    """Return a copy of the dataset that a test may change."""
    return Path(shutil.copytree(written, tmp_path / "tree"))


def sidecar(tree: Path, kind: str, name: str = "sub-01_ses-a_task-oddball_run-01") -> Path:
    subject, session = name.split("_")[:2]
    return tree / subject / session / "eeg" / f"{name}_{kind}"


def test_recordings_have_subject_session_run_events_and_facts(tree: Path):
    recordings = bids(tree, task="oddball").recordings()
    assert [(one.id, one.subject, one.session, one.run) for one in recordings] == [
        ("sub-01_ses-a_task-oddball_run-01", "01", "a", "01"),
        ("sub-01_ses-a_task-oddball_run-02", "01", "a", "02"),
        ("sub-01_ses-b_task-oddball_run-01", "01", "b", "01"),
        ("sub-02_ses-a_task-oddball_run-01", "02", "a", "01"),
    ]
    assert recordings[0].labels == sidecar(tree, "events.tsv")
    assert recordings[0].facts == {
        **{"age": 21, "sex": "F", "handedness": "R", "score": 3},
        **{"group": "control", "participant_session": "morning"},
    }
    assert recordings[3].facts == {"age": 34.5, "sex": "M", "score": 4.5, "group": "patient"}
    assert bids(tree, task="oddball").coverage(recordings[:3]) == "1 of 2 subjects, 3 of 4 recordings"


def test_several_tasks_stand_in_the_names_of_runs_and_one_of_several_must_be_chosen(tree: Path):
    with pytest.raises(ValueError, match=r"dataset\.task=null: .* has 2 tasks; choose from oddball, rest"):
        bids(tree).recordings()
    with pytest.raises(ValueError, match=r"dataset\.task=odball: not in .*; there are oddball, rest"):
        bids(tree, task="odball").recordings()
    both = bids(tree, task=("oddball", "rest")).recordings()
    assert [one.run for one in both if one.session == "b"] == ["oddball-01", "rest-1"]


def test_subjects_and_sessions_are_chosen_by_name(tree: Path):
    assert {one.subject for one in bids(tree, task="oddball", subjects=("02",)).recordings()} == {"02"}
    assert [one.session for one in bids(tree, task="oddball", sessions=("b",)).recordings()] == ["b"]
    with pytest.raises(ValueError, match=r'1 not in the tree; there are 01, 02\. Write names .* in quotes, \["01"\]'):
        bids(tree, task="oddball", subjects=(1,)).recordings()


def test_a_recording_has_its_events_in_volts_with_positions_and_nothing_is_loaded(tree: Path):
    data = bids(tree, task="oddball")
    raw = data.read(data.recordings()[0])
    assert tuple(raw.ch_names) == CHANNELS
    assert [(one["onset"], one["duration"], one["description"]) for one in raw.annotations] == [
        (1.0, 0.0, "target"),
        (1.5, 0.0, "nontarget"),
        (4.25, 0.5, "target"),
        (7.0, 0.0, "pause"),
    ]
    assert not raw.preload
    assert 15e-6 < raw.get_data().std() < 25e-6
    assert raw.get_montage().get_positions()["ch_pos"]["C3"][0] < -0.05  # left, in metres


def test_a_reader_goes_to_other_processes(tree: Path):
    data = pickle.loads(pickle.dumps(bids(tree, task="oddball")))
    assert len(data.read(data.recordings()[0]).annotations) == 4


def test_events_come_from_their_table_alone_and_from_the_column_that_is_asked_for(tree: Path):
    sidecar(tree, "events.tsv").write_text(
        "\ufeffonset\tduration\ttrial_type\tresponse\n-0.5\tn/a\ttarget\tyes\n0.25\tn/a\ttarget\tyes\n2\t1\tn/a\tno\n"
    )
    data = bids(tree, task="oddball")
    marks = data.read(data.recordings()[0]).annotations
    assert list(zip(marks.onset, marks.duration, marks.description, strict=True)) == [(0.25, 0.0, "target")]
    data = bids(tree, task="oddball", label_column="response", labels={"yes": "yes", "no": "no"})
    assert list(data.read(data.recordings()[0]).annotations.description) == ["yes", "no"]
    data = bids(tree, task="oddball", label_column=None)
    assert len(data.read(data.recordings()[0]).annotations) == 0


def test_events_before_the_first_sample_are_left_out_and_told_once(tree: Path, caplog):
    caplog.set_level(logging.INFO)
    edit(sidecar(tree, "events.tsv"), ("1.0\t0.0\ttarget", "-0.5\t0.0\ttarget"))
    data = bids(tree, task="oddball")
    recording = data.recordings()[0]
    assert len(data.read(recording).annotations) == len(data.read(recording).annotations) == 3
    assert caplog.text.count("sub-01_ses-a_task-oddball_run-01: 1 events before the first sample were left out") == 1


def test_one_table_of_events_higher_up_belongs_to_all_and_another_run_s_to_none(tree: Path):
    data = bids(tree, task="oddball", subjects=("02",))
    own = sidecar(tree, "events.tsv", "sub-02_ses-a_task-oddball_run-01")
    own.rename(tree / "task-oddball_events.tsv")
    assert data.recordings()[0].labels == tree / "task-oddball_events.tsv"
    assert len(data.read(data.recordings()[0]).annotations) == 4
    (tree / "task-oddball_events.tsv").rename(own.with_name(own.name.replace("run-01", "acq-x_run-01")))
    assert data.recordings()[0].labels is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("target", "tarket"), r"trial_type has nontarket \(1\), tarket \(2\), which are neither in dataset\.labels"),
        (("trial_type", "what"), r"has no column trial_type; in its first line there are onset, duration, what"),
        (("4.25", "4,25"), r"line 4 has the onset '4,25'; seconds are expected, with a decimal point"),
        (("4.25", "n/a"), r"line 4 has the onset 'n/a'"),
        (("7.0", "7000"), r"has 1 of 4 events after the end of the signal, the first at 7000 s of 10 s; onsets in sec"),
        (("\t0.5", "\t-1"), r"line 4 has the duration -1 s"),
        (("\t0.5", ""), r"line 4 has not as many columns as the first line"),
    ],
)
def test_events_that_cannot_be_used_are_named_with_their_line(tree: Path, change: tuple[str, str], message: str):
    edit(sidecar(tree, "events.tsv"), change)
    data = bids(tree, task="oddball")
    with pytest.raises(BadRecordingError, match=rf"sub-01_ses-a_task-oddball_run-01_events\.tsv: .*{message}"):
        data.read(data.recordings()[0])


def test_an_event_that_marks_bad_signal_needs_no_class(tree: Path):
    edit(sidecar(tree, "events.tsv"), ("7.0\t0.0\tpause", "7.0\t2.0\tBAD_jaw"))
    data = bids(tree, task="oddball")
    assert data.read(data.recordings()[0]).annotations[-1]["description"] == "BAD_jaw"


def test_a_table_in_another_encoding_is_named(tree: Path):
    table = sidecar(tree, "events.tsv")
    table.write_bytes(table.read_text().replace("pause", "Pause für").encode("latin-1"))
    data = bids(tree, task="oddball")
    with pytest.raises(BadRecordingError, match=r"events\.tsv: cannot be read .*; UTF-8 text is expected"):
        data.read(data.recordings()[0])


def test_a_recording_without_events_is_refused_or_read_without_labels(tree: Path):
    sidecar(tree, "events.tsv").unlink()
    data = bids(tree, task="oddball")
    with pytest.raises(BadRecordingError, match=r"has no events\.tsv; .*_events\.tsv is .*dataset\.label_column=null"):
        data.read(data.recordings()[0])


def mark_bad(tree: Path, *names: str) -> None:
    table = sidecar(tree, "channels.tsv")
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    changed = [line.replace("\tgood\t", "\tbad\t") if line.split("\t")[0] in names else line for line in lines]
    assert changed != lines
    table.write_text("\n".join(changed) + "\n")


def test_bad_channels_are_dropped_only_where_channels_may_be_missing(tree: Path):
    mark_bad(tree, "C3")
    data = bids(tree, task="oddball")
    recording = data.recordings()[0]
    with pytest.raises(
        BadRecordingError,
        match=r"channels\.tsv says that C3 is bad; set dataset\.bad_channels=interpolate or keep, or set "
        r"preprocessing\.signal\.missing_channels=mark",
    ):
        data.read(recording)
    assert data.read(recording, may_lack_channels=True).ch_names == ["Fp1", "Fp2", "C4", "O1", "O2"]
    assert bids(tree, task="oddball", channels=("O1", "Fp1")).read(recording).ch_names == ["O1", "Fp1"]


def test_bad_channels_are_kept_as_they_are_or_interpolated_from_good_ones(tree: Path):
    data = bids(tree, task="oddball", bad_channels="keep")
    recording = data.recordings()[0]
    clean = data.read(recording).get_data()
    mark_bad(tree, "C3")
    kept = data.read(recording)
    np.testing.assert_array_equal(kept.get_data(), clean)
    assert kept.info["bads"] == []
    raw = bids(tree, task="oddball", bad_channels="interpolate").read(recording)
    assert tuple(raw.ch_names) == CHANNELS
    np.testing.assert_array_equal(np.delete(raw.get_data(), 2, axis=0), np.delete(clean, 2, axis=0))
    assert np.abs(raw.get_data()[2] - clean[2]).max() > 1e-6
    assert np.corrcoef(raw.get_data()[2], clean[2])[0, 1] < 0.1  # noise of other channels
    only = bids(tree, task="oddball", bad_channels="interpolate", channels=("C3",)).read(recording)
    np.testing.assert_allclose(only.get_data()[0], raw.get_data()[2])


def test_too_few_good_channels_to_interpolate_from_are_an_error(tree: Path):
    mark_bad(tree, "Fp1", "Fp2", "C3", "C4")
    data = bids(tree, task="oddball", bad_channels="interpolate")
    with pytest.raises(BadRecordingError, match="the bad channel Fp1, Fp2, C3, C4 cannot be interpolated .fewer than"):
        data.read(data.recordings()[0])


def test_a_channel_that_is_marked_bad_afterwards_has_another_shard(tree: Path, tmp_path: Path):
    data = bids(tree, task="oddball", bad_channels="interpolate")
    preprocessing = trials()
    storage = Local(folder=str(tmp_path / "store"), n_workers=1, resident="auto")
    first = plan_shards(data, preprocessing, data.recordings(), storage)
    build_shards(first)
    assert not plan_shards(data, preprocessing, data.recordings(), storage).missing
    mark_bad(tree, "C3")
    again = plan_shards(data, preprocessing, data.recordings(), storage)
    assert [job.recording.id for job in again.missing] == ["sub-01_ses-a_task-oddball_run-01"]


def trials() -> Trial:
    plain = Filtered(
        **{"channels": None, "exclude": (), "l_freq": None, "h_freq": None, "notch_hz": (), "reference": "as_recorded"},
        sfreq=None,
        missing_channels="refuse",
    )
    return Trial(
        **{"signal": plain, "tmin_s": -0.1, "tmax_s": 0.8, "window_s": None, "stride_s": None, "max_shift_s": 0.0},
        **{"next_cue": "keep", "normalise": "none", "flat_uv": None, "saturated_share": None, "features": {}},
    )


def test_marks_of_no_duration_are_trials(tree: Path, tmp_path: Path):
    data = bids(tree, task="oddball", subjects=("02",))
    storage = Local(folder=str(tmp_path / "store"), n_workers=1, resident="auto")
    _, shards, _, _ = build_shards(plan_shards(data, trials(), data.recordings(), storage))
    cut = trials().cut(shards[0], data)
    assert (cut.sample / shards[0].header.sfreq).round(2).tolist() == [0.9, 1.4, 4.15]
    assert [data.classes[label] for label in cut.label] == ["hit", "other", "hit"]


def test_recordings_that_cannot_be_used_are_skipped_and_listed(tree: Path, tmp_path: Path, caplog):
    edit(sidecar(tree, "events.tsv"), ("pause", "break"))
    sidecar(tree, "eeg.edf", "sub-01_ses-a_task-oddball_run-02").write_bytes(b"version https://git-lfs")
    edit(tree / "participants.tsv", ("sub-02", "sub-03"))
    data = bids(tree, task="oddball", on_bad_recording="skip")
    storage = Local(folder=str(tmp_path / "store"), n_workers=1, resident="auto")
    used, _, skipped, _ = build_shards(plan_shards(data, trials(), data.recordings(), storage))
    assert [one.id for one in used] == ["sub-01_ses-b_task-oddball_run-01"]
    assert {one.recording: one.reason.partition(": ")[2][:24] for one in skipped} == {
        "sub-01_ses-a_task-oddball_run-01": "trial_type has break (1)",
        "sub-01_ses-a_task-oddball_run-02": "is a git-lfs pointer, no",
    }
    assert "Left out: " in caplog.text
    assert "participants.tsv: has no row for sub-02" in caplog.text


def test_a_subject_without_a_row_is_an_error_and_a_tree_without_participants_has_no_facts(tree: Path, caplog):
    caplog.set_level(logging.INFO)
    edit(tree / "participants.tsv", ("sub-02", "sub-03"))
    with pytest.raises(BadRecordingError, match=r"participants\.tsv: has no row for sub-02 .*; add one, or choose oth"):
        bids(tree, task="oddball").recordings()
    (tree / "participants.tsv").unlink()
    assert bids(tree, task="oddball").recordings()[0].facts == {}
    assert "has no participants.tsv: nothing is known of the subjects" in caplog.text


def test_numbers_are_numbers_where_a_whole_column_is_and_strange_ages_give_no_fact(tmp_path: Path, caplog):
    caplog.set_level(logging.INFO)
    table = tmp_path / "participants.tsv"
    table.write_text("participant_id\tage\tsex\tcode\nsub-01\t20-25\tO\t7\nsub-02\t30\tm\tx7\n")
    assert read_participants(table) == {"01": {"code": "7"}, "02": {"age": 30, "sex": "M", "code": "x7"}}
    assert "age has 20-25, which give no fact" in caplog.text
    table.write_text("participant_id\nsub-01\nsub-01\n")
    with pytest.raises(BadRecordingError, match="has 1 subjects twice, say sub-01"):
        read_participants(table)


@pytest.mark.parametrize("age", ["nan", "inf", "-5", "121", "1e308", "9" * 400])
def test_an_age_that_nobody_has_gives_no_fact(tmp_path: Path, age: str, caplog):
    table = tmp_path / "participants.tsv"
    table.write_text(f"participant_id\tage\nsub-01\t{age}\nsub-02\t30\n")
    assert read_participants(table) == {"01": {}, "02": {"age": 30}}


def test_without_the_package_the_message_says_how_to_install_it(tree: Path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mne_bids", None)
    with pytest.raises(ValueError, match=r"needs the package mne-bids, .*type: pip install 'eegbench\[bids\]'"):
        bids(tree, task="oddball").recordings()


def test_a_file_whose_name_is_none_of_bids_is_named(tree: Path):
    file = sidecar(tree, "eeg.edf")
    file.rename(file.with_name("sub-01_ses-a_run-01_eeg.edf"))
    with pytest.raises(BadRecordingError, match=r"sub-01_ses-a_run-01_eeg\.edf: sub-NAME_.*task-NAME_…eeg is expected"):
        bids(tree, task="oddball").recordings()


def test_a_folder_that_is_no_tree_is_named(tree: Path):
    with pytest.raises(FileNotFoundError, match=r"dataset\.root=null: .*type dataset\.root=FOLDER"):
        bids(None).recordings()
    with pytest.raises(FileNotFoundError, match=r"dataset\.root=.*nowhere: there is no such folder"):
        bids(tree / "nowhere").recordings()
    with pytest.raises(FileNotFoundError, match=r"holds no sub-NAME.*folder which contains dataset_description\.json"):
        bids(tree / "sub-01").recordings()


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links here")
def test_a_link_to_a_file_that_was_not_fetched_is_named_or_left_out(tree: Path, caplog):
    file = sidecar(tree, "eeg.edf")
    file.unlink()
    file.symlink_to("../.git/annex/objects/none")
    with pytest.raises(BadRecordingError, match=r"is a link to a file that is not there; fetch it \(datalad get"):
        bids(tree, task="oddball").recordings()
    assert len(bids(tree, task="oddball", on_bad_recording="skip").recordings()) == 3
    assert "is a link to a file that is not there" in caplog.text


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        ("channels.tsv", ("C3\tEEG\tµV", "C3\tEEG\tkOhm"), "channel C3 has the unit kOhm; V, mV or µV are expected"),
        ("channels.tsv", ("C3\t", "X3\t"), r"mne-bids cannot read it \(.*; mend the tree"),
        ("channels.tsv", ("C3\t", "C4\t"), r"names channel 'C4' twice"),
        ("channels.tsv", ("units", "unit"), "has no column units"),
        ("eeg.json", ('"SamplingFrequency": 100.0', '"SamplingFrequency": 256'), "sampled at 100 Hz, .* 256 Hz"),
        ("eeg.json", ('"RecordingDuration": 9.99', '"RecordingDuration": 60'), "holds 10 s, .* 60 s: it is cut short"),
    ],
)
def test_signals_that_contradict_their_tables_are_refused(tree: Path, kind: str, change: tuple[str, str], message: str):
    edit(sidecar(tree, kind), change)
    data = bids(tree, task="oddball")
    with pytest.raises(BadRecordingError, match=message):
        data.read(data.recordings()[0])


def test_without_a_table_of_channels_they_must_be_named(tree: Path):
    sidecar(tree, "channels.tsv").unlink()
    data = bids(tree, task="oddball")
    with pytest.raises(BadRecordingError, match=r"has no channels\.tsv, .* name those to read with dataset\.channels="):
        data.read(data.recordings()[0])
    named = bids(tree, task="oddball", channels=("O2", "C3"))
    assert named.read(named.recordings()[0]).ch_names == ["O2", "C3"]


def test_the_description_of_a_tree_is_its_card_and_says_whose_recordings_these_are(tree: Path):
    (tree / "dataset_description.json").write_text(
        '{"Name": "Oddballs", "License": "CC0", "Authors": ["A", "B"], "DatasetDOI": "doi:10.1/x"}'
    )
    data = bids(tree, task="oddball")
    assert data.card.citation.startswith("A, B. Oddballs. Pernet")
    assert (data.card.licence, data.card.url, data.card.sfreq) == ("CC0", "doi:10.1/x", 100.0)
    assert (data.card.n_subjects, data.card.n_recordings, data.card.channels) == (2, 4, CHANNELS)
    assert data.people == "Bids Oddballs"
    (tree / "dataset_description.json").write_text("{")
    assert bids(tree, task="oddball").people == f"Bids {tree.resolve()}"


def test_two_sessions_of_a_tree_that_are_joined_are_of_the_same_people(tree: Path):
    sets = {"first": bids(tree, task="oddball", sessions=("a",)), "second": bids(tree, task="oddball", sessions=("b",))}
    with pytest.raises(ValueError, match=r"first and second both have 01 .*set dataset\.same_subject_id=same_person"):
        Joined(sets=sets, same_subject_id="different_people").recordings()
    joined = Joined(sets=sets, same_subject_id="same_person")
    assert [one.subject for one in joined.recordings()] == ["01", "01", "02", "01"]
    assert joined.read(joined.recordings()[0]).ch_names == list(CHANNELS)


@pytest.mark.realdata
def test_a_brainvision_file_keeps_its_unit_and_names_its_own_samples(shared_data: Path, tmp_path: Path):
    root = Path(shutil.copytree(shared_data / "bids" / "p300" / "sub-04", tmp_path / "tree" / "sub-04")).parent
    data = bids(root, labels={"target": "t", "nontarget": "n"})
    recording = data.recordings()[0]
    assert 5e-6 < data.read(recording).get_data().std() < 50e-6
    recording.signal.chmod(0o644)
    header = recording.signal.read_text()
    recording.signal.write_text(header.replace("Ch2=AF7,,0.1,µV", "Ch2=AF7,,0.1,kOhm"))
    with pytest.raises(BadRecordingError, match="channel AF7 has no voltage in the header"):
        data.read(recording)
    samples = recording.signal.with_suffix(".eeg")
    shutil.copy(samples, samples.with_name("other.eeg"))
    recording.signal.write_text(header.replace(f"DataFile={samples.name}", "DataFile=other.eeg"))
    with pytest.raises(BadRecordingError, match=r"its header names the samples of other\.eeg; .*_eeg\.eeg is expected"):
        data.read(recording)


@pytest.mark.realdata
def test_the_small_real_tree_has_a_bad_channel_and_facts(shared_data: Path):
    data = bids(shared_data / "bids" / "tiny_bids", labels={"show_stimulus": "seen"}, ignored=("start_experiment",))
    recording = data.recordings()[0]
    assert (recording.subject, recording.session) == ("01", "eeg")
    assert recording.facts == {"age": 29, "sex": "F", "hand": "A"}
    with pytest.raises(BadRecordingError, match=r"channels\.tsv says that PO10 is bad"):
        data.read(recording)
    raw = data.read(recording, may_lack_channels=True)
    assert (len(raw.ch_names), raw.info["sfreq"]) == (63, 5000.0)
    assert list(raw.annotations.description) == ["start_experiment", "show_stimulus"]


@pytest.fixture(scope="module")
def eegbci_tree(shared_data: Path, tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("eegbci") / "tree"
    for subject in (2, 3):
        add_eegbci(root, shared_data / "eegbci", subject, 4)
    return root


@pytest.mark.realdata
def test_eegbci_as_a_tree_is_eegbci(eegbci_tree: Path, shared_data: Path):
    ours = bids(eegbci_tree, labels={"left_fist": "left_fist", "right_fist": "right_fist"}, ignored=("rest",))
    option = yaml.safe_load((Path(__file__).resolve().parents[2] / "conf" / "dataset" / "eegbci.yaml").read_text())
    theirs = build({**option, "root": str(shared_data / "eegbci"), "cache": "nowhere"}, Dataset)
    there = {(one.subject, one.run): one for one in theirs.recordings()}
    assert [(one.subject, one.run) for one in ours.recordings()] == [("002", "04"), ("003", "04")]
    for recording in ours.recordings():
        raw, other = ours.read(recording), theirs.read(there[recording.subject, recording.run])
        assert raw.ch_names == other.ch_names
        np.testing.assert_allclose(raw.get_data(), other.get_data(), atol=0.1e-6)  # it was written as 16 bits again
        marks, others = raw.annotations, other.annotations
        np.testing.assert_allclose(marks.onset, others.onset, atol=1 / 160)
        assert [text.replace("_imagined", "") for text in others.description] == list(marks.description)
        at, other_at = (one.get_montage().get_positions()["ch_pos"]["C3"] for one in (raw, other))
        np.testing.assert_allclose(at, other_at, atol=0.03)  # in other coordinates


@pytest.fixture(scope="session")
def validator() -> list[str]:
    """Return the command of the official validator, which npm downloads."""
    npx = shutil.which("npx")
    if npx is None:
        pytest.skip("the official bids-validator is not here: there is no npm")
    command = [npx, "--yes", "bids-validator@1.15.0"]
    try:
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("the official bids-validator could not be fetched from npm within 300 s")
    if done.returncode != 0:
        pytest.skip(f"the official bids-validator could not be fetched from npm: {done.stderr[-300:]}")
    return command


@pytest.mark.study
@pytest.mark.realdata
def test_the_official_validator_finds_nothing_wrong_with_the_tree_of_eegbci(
    eegbci_tree: Path, validator: list[str], tmp_path: Path
):
    def errors(root: Path) -> list[str]:
        done = subprocess.run([*validator, root, "--json"], capture_output=True, text=True, timeout=300, check=False)
        return [one["key"] for one in json.loads(done.stdout)["issues"]["errors"]]

    assert errors(eegbci_tree) == []
    broken = Path(shutil.copytree(eegbci_tree, tmp_path / "broken"))
    (broken / "dataset_description.json").unlink()
    assert "DATASET_DESCRIPTION_JSON_MISSING" in errors(broken)


def test_channels_go_by_other_spellings_and_as_differences(tree: Path):
    names = {"Fp1": "FP1", "C3": "EEG C3-Ref", "C4": "C4"}
    data = bids(tree, task="oddball", channels=tuple(names.values()))
    recording = data.recordings()[0]
    raw = data.read(recording)
    assert raw.ch_names == list(names.values())
    own = bids(tree, task="oddball").read(recording)
    np.testing.assert_array_equal(raw.get_data(), own.get_data(list(names)))
    assert list(raw.annotations.description) == list(own.annotations.description)
    made = bids(tree, task="oddball", channels=("C3-C4",)).read(recording)
    np.testing.assert_allclose(made.get_data(), [own.get_data(["C3"])[0] - own.get_data(["C4"])[0]], atol=1e-12)


def test_an_edf_of_several_rates_is_read_at_the_rate_of_the_channels_asked_for(tmp_path: Path):
    rates = {"Fp1": 100.0, "C3": 100.0, "EMG": 200.0}
    rng = np.random.default_rng(0)
    signals = [
        edfio.EdfSignal(rng.normal(0, 20, round(10 * rate)), rate, label=name, physical_dimension="uV")
        for name, rate in rates.items()
    ]
    edf = edfio.Edf(signals, data_record_duration=1.0)
    edf.write(tmp_path / "noise.edf")
    path = add_recording(tmp_path / "tree", tmp_path / "noise.edf", {"subject": "01", "task": "rest"})
    edf.write(path)  # mne-bids wrote all at one rate
    tables = {one.name.rpartition("_")[2]: one for one in path.parent.glob("sub-01_*")}
    tables["channels.tsv"].write_text("name\ttype\tunits\nFp1\tEEG\tuV\nC3\tEEG\tuV\nEMG\tEMG\tuV\n")
    edit(tables["eeg.json"], ('"SamplingFrequency": 200.0', '"SamplingFrequency": 100.0'))
    data = bids(tmp_path / "tree")
    raw = data.read(data.recordings()[0])
    assert (raw.ch_names, raw.info["sfreq"]) == (["Fp1", "C3"], 100.0)
    np.testing.assert_allclose(raw.get_data() * 1e6, [one.data for one in edf.signals[:2]], atol=1e-6)
    assert raw.get_montage().get_positions()["ch_pos"]["C3"][0] < -0.05
    with pytest.raises(MixedRatesError, match="have 2 sampling rates") as caught:
        bids(tmp_path / "tree", channels=("FP1", "EMG")).read(data.recordings()[0])
    assert caught.value.rates == {"FP1": 100.0, "EMG": 200.0}
    apart = data.read_channels(data.recordings()[0], ["EMG"])
    assert (apart.info["sfreq"], apart.get_channel_types(), len(apart.annotations)) == (200.0, ["emg"], 4)
