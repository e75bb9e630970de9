"""Windows are cut relative to cues, and no sample of a trial is lost."""

import logging
from pathlib import Path

import mne
import numpy as np
import pytest
import torch
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import ToyDataset

from eegbench.config import build
from eegbench.dataset import BadRecordingError, Dataset
from eegbench.preprocessing import Preprocessing
from eegbench.preprocessing.build import plan_shards
from eegbench.preprocessing.filtered import Filtered
from eegbench.preprocessing.judgement import Judgement
from eegbench.preprocessing.open import open_store
from eegbench.preprocessing.shard_job import Job, build_one
from eegbench.preprocessing.standard import Standard
from eegbench.preprocessing.trial import Trial
from eegbench.store import open_shard
from eegbench.store.local import Local
from eegbench.types import Recording

CONF = Path(__file__).resolve().parents[2] / "conf"
PLAIN = Filtered(
    channels=None,
    exclude=(),
    l_freq=None,
    h_freq=None,
    notch_hz=(),
    reference="as_recorded",
    sfreq=None,
    missing_channels="refuse",
)
CROPS = {"window_s": 2.8125, "stride_s": 1.96875}


def trial(**changes) -> Trial:
    options = yaml.safe_load((CONF / "preprocessing" / "trial.yaml").read_text())
    del options["_target_"], options["signal"]
    return Trial(signal=PLAIN, **(options | changes))


class Given(ToyDataset):
    """Recordings from arrays: seconds, and cues with their description."""

    def __init__(self, folder, sfreq, *made):
        super().__init__(folder=folder)
        self.sfreq, self.made = sfreq, made

    def read(self, recording, *, may_lack_channels=False):
        seconds, cues = self.made[int(recording.id)]
        signal = 30e-6 * np.random.default_rng(0).standard_normal((1, round(seconds * self.sfreq)))
        raw = mne.io.RawArray(signal, mne.create_info(1, self.sfreq, "eeg"), verbose="ERROR")
        onset, description = zip(*cues, strict=True) if cues else ((), ())
        return raw.set_annotations(mne.Annotations(onset, 4.1, list(description)), verbose="ERROR")


def windows(tmp_path, *made, sfreq=160.0, **changes):
    dataset, shards = Given(tmp_path, sfreq, *made), []
    for number in range(len(made)):
        path = tmp_path / f"{number}.txt"
        path.write_text("one")
        build_one(Job(dataset, PLAIN, Recording(str(number), "1", "1", path), tmp_path / f"shard{number}"))
        shards.append(open_shard(tmp_path / f"shard{number}"))
    made = trial(**changes)
    cuts = [made.cut(shard, dataset) for shard in shards]
    made.tell(cuts)
    return Judgement(flat_uv=made.flat_uv, saturated_share=made.saturated_share).table(shards, cuts)


def test_a_trial_begins_and_ends_relative_to_its_cue_and_both_ends_count(tmp_path):
    table = windows(tmp_path, (30.0, [(4.2, "left"), (8.3, "rest"), (12.5, "right")]))
    assert table["sample_eeg"].tolist() == [832, 2160]  # (4.2 + 1) s and (12.5 + 1) s
    assert table["start_s"].tolist() == [5.2, 13.5]
    assert table["label"].tolist() == [0, 1]
    assert table["trial"].tolist() == [0, 1]
    assert table["scored"].all()
    assert not table["rejected"].any()
    assert table["window_s"].tolist() == [497 / 160] * 2
    assert trial().n_times(160.0) == 497


def test_windows_are_those_of_mne_epochs(tmp_path):
    cues = [(0.013, "left"), (5.678, "right"), (11.119, "left")]
    table = windows(tmp_path, (20.0, cues))
    raw = Given(tmp_path, 160.0, (20.0, cues)).read(Recording("0", "1", "1", tmp_path))
    events, _ = mne.events_from_annotations(raw, verbose="ERROR")
    epochs = mne.Epochs(raw, events, tmin=1.0, tmax=4.1, baseline=None, preload=True, verbose="ERROR").get_data()
    signal = raw.get_data()
    ours = np.stack([signal[:, first : first + 497] for first in table["sample_eeg"]])
    np.testing.assert_array_equal(ours, epochs)


def test_crops_start_at_0_and_47_and_end_with_the_trial(tmp_path):
    table = windows(tmp_path, (20.0, [(0.0, "left"), (10.0, "right")]), **CROPS)
    assert table["sample_eeg"].tolist() == [160, 207, 1760, 1807]
    assert table["trial"].tolist() == [0, 0, 1, 1]
    assert table["label"].tolist() == [0, 0, 1, 1]
    assert trial(**CROPS).n_times(160.0) == 450


def test_no_trial_is_lost_where_the_file_ends_one_sample_early(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    table = windows(tmp_path, (123.0, [(0.0, "left"), (118.9, "right")]), (123.0, [(118.9, "left")]))
    assert table["sample_eeg"].tolist() == [160, 123 * 160 - 497, 123 * 160 - 497]
    assert [record.getMessage() for record in caplog.records] == [
        "Of 3 trials that cues begin, 2 were moved inside their recording by at most 0.1 s, and 0 that pass its ends "
        "by more were dropped (preprocessing.max_shift_s)."
    ]


def test_a_trial_that_passes_an_end_by_more_is_dropped_and_counted(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    cues = [(0.0, "left"), (0.25, "right"), (5.0, "left"), (9.2, "right")]
    table = windows(tmp_path, (10.0, cues), tmin_s=-0.3)
    assert table["sample_eeg"].tolist() == [0, 752]  # 0.05 s before the start, and well inside
    assert table["label"].tolist() == [1, 0]
    assert table["trial"].tolist() == [0, 1]
    assert "Of 4 trials that cues begin, 1 were moved" in caplog.text
    assert "and 2 that pass its ends by more were dropped" in caplog.text


def test_a_trial_in_which_another_cue_comes_is_dropped_and_counted(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    table = windows(tmp_path, (30.0, [(4.0, "left"), (6.0, "right"), (12.0, "left"), (16.1, "right")]))
    assert table["sample_eeg"].tolist() == [1120, 2080, 2736]  # the third ends where the fourth begins
    assert table["label"].tolist() == [1, 0, 1]
    assert caplog.messages == [
        "Of 4 trials that cues begin, 1 were dropped: the next cue comes within (preprocessing.next_cue)."
    ]


def test_trials_that_overlap_are_kept_where_that_is_asked_for(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    cues = [(1.0, "left"), (1.5, "right"), (2.0, "right"), (9.5, "left")]
    table = windows(tmp_path, (10.0, cues), tmin_s=-0.1, tmax_s=0.8, next_cue="keep", sfreq=100.0)
    assert table["sample_eeg"].tolist() == [90, 140, 190]
    assert table["label"].tolist() == [0, 1, 1]
    assert caplog.messages[0].startswith("Of 4 trials that cues begin, 0 were moved")
    assert len(caplog.messages) == 1


def test_nothing_is_told_where_every_trial_fits(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    windows(tmp_path, (20.0, [(4.0, "left")]))
    assert not [text for text in caplog.messages if not text.startswith("Channels of group eeg are")]


@pytest.mark.parametrize(
    ("seconds", "cues", "sentence"),
    [
        (
            20.0,
            [(4.0, "rest")],
            r"0: contains no trial: no annotation has a class \(annotations: rest\)",
        ),
        (20.0, [], r"no annotation has a class \(annotations: none\)"),
        (3.0, [(0.0, "left")], r"the trials of 1 cues reach beyond its 3 s, .*; set preprocessing\.tmax_s low"),
        (20.0, [(4.0, "tongue")], r"'tongue' is in neither dataset\.labels .*nor dataset\.ignored"),
    ],
)
def test_a_recording_without_a_trial_says_why(tmp_path, seconds, cues, sentence):
    with pytest.raises(BadRecordingError, match=sentence):
        windows(tmp_path, (seconds, cues))


def test_a_window_longer_than_a_trial_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"preprocessing\.window_s=4 is longer than a trial, 3\.10625 s"):
        windows(tmp_path, (20.0, [(4.0, "left")]), window_s=4.0, stride_s=1.0)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"tmax_s": 1.0}, r"tmax_s=1: expected a time after preprocessing\.tmin_s=1"),
        ({"window_s": 2.0}, r"window_s=2\.0, preprocessing\.stride_s=None: expected times for both"),
    ],
)
def test_values_that_make_no_trial_are_refused(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        trial(**changes)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    gaps=st.lists(st.integers(30, 700), min_size=1, max_size=5),
    window=st.integers(1, 311),
    stride=st.integers(1, 400),
    rest=st.integers(301, 500),
)
def test_every_sample_of_each_trial_is_in_some_crop_where_strides_leave_no_gap(
    tmp_path_factory, gaps, window, stride, rest
):
    """At 100 Hz a trial has 311 samples; crops stay inside their trial and the recording."""
    stride = min(stride, window)
    onsets = np.cumsum(gaps)
    made = ((int(onsets[-1]) + 100 + rest) / 100, [(onset / 100, "left") for onset in onsets])
    table = windows(tmp_path_factory.mktemp("t"), made, sfreq=100.0, window_s=window / 100, stride_s=stride / 100)
    assert table["sample_eeg"].is_monotonic_increasing
    for _, crops in table.groupby("trial"):
        first = crops["sample_eeg"].min()
        covered = np.unique(crops["sample_eeg"].to_numpy()[:, None] + np.arange(window))
        np.testing.assert_array_equal(covered, first + np.arange(311))
        assert covered[-1] < round(made[0] * 100)


def opened(tmp_path, dataset, preprocessing):
    local = Local(folder=str(tmp_path / "stores"), resident="auto", n_workers=1)
    plan = plan_shards(dataset, preprocessing, dataset.recordings(), local)
    return open_store(plan, dataset, preprocessing, local, torch.device("cpu")).store


def test_both_ways_of_cutting_keep_the_contract_and_say_the_same_of_a_window(tmp_path):
    toy = ToyDataset(folder=tmp_path / "toy", n_subjects=2)
    same = {"normalise": "none", "flat_uv": 1.0, "saturated_share": 0.05, "features": {}}
    cut = trial(tmin_s=0.0, tmax_s=9.99, window_s=2.0, stride_s=2.0, **same)
    standard = Standard(signal=PLAIN, window_s=2.0, stride_s=2.0, label_rule="majority", padding=None, **same)
    assert isinstance(cut, Preprocessing)
    assert isinstance(standard, Preprocessing)
    ours, theirs = opened(tmp_path, toy, cut), opened(tmp_path, toy, standard)
    scored = theirs.table[theirs.table["scored"]].reset_index(drop=True)
    assert ours.table.drop(columns="trial").equals(scored)
    assert ours.gather(np.arange(3)).only.shape == (3, 2, 200)


def test_a_recording_shorter_than_a_trial_is_named_before_anything_is_built(tmp_path):
    with pytest.raises(BadRecordingError, match=r"80 s are shorter than a window of 99 s; .*\(for trials: tmax_s\)"):
        opened(tmp_path, ToyDataset(folder=tmp_path / "toy"), trial(tmax_s=100.0))


@pytest.mark.realdata
def test_three_real_runs_give_45_trials_in_the_order_of_their_marks(shared_data, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    option = yaml.safe_load((CONF / "dataset" / "eegbci.yaml").read_text())
    dataset = build({**option, "root": str(shared_data / "eegbci"), "cache": "nowhere", "subjects": [1]}, Dataset)
    store = opened(tmp_path, dataset, trial())
    published = []
    for recording in dataset.recordings():
        marks = mne.io.read_raw_edf(recording.signal, verbose="ERROR").annotations
        published += [{"T1": 0, "T2": 1}[mark["description"]] for mark in marks if mark["description"] != "T0"]
    assert store.table["label"].tolist() == published
    assert store.table["trial"].tolist() == 3 * list(range(15))
    assert store.classes == ("left_fist", "right_fist")
    assert store.gather(np.arange(45)).only.shape == (45, 64, 497)
    assert len(opened(tmp_path, dataset, trial(**CROPS)).table) == 90
    assert not [text for text in caplog.messages if not text.startswith("Channels of group eeg are")]


def test_a_cue_that_is_written_twice_is_one_trial(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    cues = [(4.0, "left"), (4.0, "left"), (4.004, "left"), (4.5, "right"), (5.0, "right")]
    assert windows(tmp_path, (30.0, cues), next_cue="keep")["sample_eeg"].tolist() == [800, 880, 960]
    assert "2 cues stand where another of their class stands, and count once." in caplog.text
