"""Recordings with missing channels: an error, zeros, or a mark."""

import logging
from dataclasses import replace

import numpy as np
import pytest
import torch
from preprocessing.test_build import filtered, opened, standard
from toy import ToyDataset

from eegbench.dataset import BadRecordingError


class Lacking(ToyDataset):
    """Subject 1 lacks channel B, subject 2 lacks A."""

    def read(self, recording, *, may_lack_channels=False):
        lacking = {"s1": "B", "s2": "A"}.get(recording.id)
        raw = super().read(recording, may_lack_channels=may_lack_channels)
        return raw if lacking is None else raw.drop_channels([lacking])


def lacking(tmp_path, how, channels=("A", "B")):
    dataset = Lacking(folder=tmp_path / "toy", n_subjects=3)
    return opened(tmp_path / how, dataset, standard(filtered(channels=channels, missing_channels=how))).store


def test_they_are_refused_with_the_channel_and_what_to_set(tmp_path):
    with pytest.raises(BadRecordingError, match=r"channel B is missing; there are A\. .*missing_channels=mark"):
        lacking(tmp_path, "refuse")


@pytest.mark.parametrize("normalise", ["none", "window", "recording"])
@pytest.mark.parametrize("resident", [True, False])
def test_marked_channels_are_absent_and_zero_and_the_others_stay_as_they_are(tmp_path, normalise, resident):
    store = replace(lacking(tmp_path, "mark"), resident=resident).normalised(normalise)
    assert store.form.only.channels == ("A", "B")
    rows = np.array([store.table.index[store.table["recording"] == name][0] for name in ("s0", "s1", "s2")])
    windows = store.gather(rows)
    assert windows.present["eeg"].tolist() == [[True, True], [True, False], [False, True]]
    assert (windows.only[~windows.present["eeg"]] == 0).all()
    complete = opened(tmp_path / "complete", ToyDataset(folder=tmp_path / "toy", n_subjects=3)).store
    expected = complete.normalised(normalise).gather(rows).only
    assert torch.equal(windows.only[windows.present["eeg"]], expected[windows.present["eeg"]])


def test_without_names_the_channels_of_all_recordings_are_united(tmp_path):
    store = lacking(tmp_path, "mark", channels=None)
    assert store.form.only.channels == ("A", "B")
    assert store.gather(np.arange(len(store))).present is not None


def test_channels_filled_with_zeros_count_as_there(tmp_path):
    store = lacking(tmp_path, "zeros")
    windows = store.gather(store.table.index[store.table["recording"] == "s1"].to_numpy())
    assert windows.present is None
    assert (windows.only[:, 1] == 0).all()
    assert (windows.only[:, 0] != 0).any()


@pytest.mark.parametrize("how", ["mark", "zeros"])
def test_what_is_missing_is_told_with_the_recordings(tmp_path, how, caplog):
    caplog.set_level(logging.INFO)
    lacking(tmp_path, how)
    assert caplog.messages == [
        "Channels of group eeg are EEG by the file or by default: A, B.",
        "Channel A is missing in 1 of 3 recordings: s2.",
        "Channel B is missing in 1 of 3 recordings: s1.",
    ]


@pytest.mark.parametrize("how", ["mark", "zeros"])
def test_a_channel_that_no_recording_has_is_refused(tmp_path, how):
    with pytest.raises(BadRecordingError, match=r"no recording has the channel Nope; there are A, B\."):
        lacking(tmp_path, how, channels=("A", "Nope", "B"))
