"""Excluded channels are removed before anything is done to the others."""

import mne
import numpy as np
import pytest
from forms import form_of
from own_recordings import reader
from preprocessing.test_build import filtered, opened, standard
from preprocessing.test_mixed_rates import write
from toy import ToyDataset

from eegbench.dataset import BadRecordingError
from eegbench.preprocessing.survey import survey

NAMES = ("Fz", "EEG T9-Ref", "Pz", "oz", "Iz")


class Cap(ToyDataset):
    """Five electrodes, without Iz in subject 1; the first has a large offset and its own rhythm."""

    def read(self, recording, *, may_lack_channels=False):
        raw = super().read(recording)
        signal = np.concatenate([raw.get_data(), raw.get_data() + 1e-5, raw.get_data()[:1] * 3])
        info = mne.create_info(list(NAMES), 100.0, "eeg")
        made = mne.io.RawArray(signal, info, verbose="ERROR").set_annotations(raw.annotations)
        return made.drop_channels(["Iz"]) if recording.id == "s1" else made


def store_of(tmp_path, name="all", **signal):
    dataset = Cap(folder=tmp_path / "toy", n_subjects=3)
    return opened(tmp_path / name, dataset, standard(filtered(**signal))).store


def test_windows_have_the_others_in_their_order_whatever_the_spelling(tmp_path):
    store = store_of(tmp_path, exclude=("T9", "OZ", "Iz"))
    assert store.form.only.channels == ("Fz", "Pz")
    assert store.shards[0].header.groups["eeg"].left_out == ("T9", "OZ", "Iz")
    assert store.shards[1].header.groups["eeg"].left_out == ("T9", "OZ")


def test_the_average_is_over_the_others(tmp_path):
    left_out = store_of(tmp_path, exclude=("T9", "Oz", "Iz"), reference="average").shards[0].signal("eeg")
    named = store_of(tmp_path, "named", channels=("Fz", "Pz"), reference="average").shards[0].signal("eeg")
    np.testing.assert_array_equal(left_out, named)
    assert np.abs(left_out.sum(axis=0)).max() < 1e-3


def test_a_name_that_no_recording_has_is_refused_with_those_that_there_are(tmp_path):
    expected = (
        r"preprocessing\.signal\.exclude: no recording has the channel Cz; there are EEG T9-Ref, Fz, Iz, Pz, oz\."
    )
    with pytest.raises(BadRecordingError, match=expected):
        store_of(tmp_path, exclude=("Iz", "Cz"))


def test_names_that_leave_no_channel_are_refused(tmp_path):
    with pytest.raises(BadRecordingError, match=r"exclude: leaves none of the channels Fz, EEG T9-Ref, Pz, oz"):
        store_of(tmp_path, exclude=("Fz", "T9", "Pz", "Oz", "Iz"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"exclude": ("T9", "t9")}, "exclude: T9 is listed twice"),
        ({"exclude": ("T9",), "channels": ("Fz", "T9")}, r"exclude: T9 is also in preprocessing\.signal\.channels"),
    ],
)
def test_names_that_contradict_each_other_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        filtered(**options)


def test_of_channels_that_are_marked_as_missing_some_are_left_out(tmp_path):
    store = store_of(tmp_path, exclude=("T9", "Oz"), missing_channels="mark")
    assert store.form.only.channels == ("Fz", "Pz", "Iz")
    rows = np.array([store.table.index[store.table["recording"] == name][0] for name in ("s0", "s1")])
    assert store.gather(rows).present["eeg"].tolist() == [[True, True, True], [True, True, False]]


def test_a_survey_finds_the_same_channels_and_the_same_refusal(tmp_path):
    dataset = Cap(folder=tmp_path / "toy", n_subjects=3)
    found = survey(dataset, standard(filtered(exclude=("T9", "Oz", "Iz"))), 1)
    assert found.table["names"].tolist() == ["Fz, Pz"] * 3
    assert found.refusal == ""
    refusal = survey(dataset, standard(filtered(exclude=("Iz", "Cz"))), 1).refusal
    assert refusal.startswith("preprocessing.signal.exclude: no recording has the channel Cz")


def test_what_is_left_out_may_have_a_rate_of_its_own(tmp_path):
    dataset = reader(write(tmp_path / "set"), subject="file", labels={"left": "left", "right": "right"})
    steps = standard(filtered(h_freq=None, exclude=("EMG", "Temp")))
    store = opened(tmp_path / "store", dataset, steps).store
    assert store.form.only.channels == ("C3",)
    assert store.form.only.sfreq == 256.0


def test_new_recordings_are_asked_for_the_channels_of_the_network_alone():
    steps = filtered(exclude=("T9",)).giving(form_of(("Fz", "Pz"), 100.0, 200))
    assert (steps.channels, steps.exclude) == (("Fz", "Pz"), ())


def test_shards_of_all_channels_keep_their_names():
    assert "exclude" not in filtered().settings
    assert filtered(exclude=("T9",)).settings["exclude"] == ("T9",)
