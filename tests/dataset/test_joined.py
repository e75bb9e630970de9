"""Joined sets have separate recordings, shards and people, and one person never counts as two."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from toy import ToyDataset

from eegbench.dataset import BadRecordingError
from eegbench.dataset.joined import Joined
from eegbench.preprocessing.build import build_shards, plan_shards
from eegbench.preprocessing.filtered import Filtered
from eegbench.preprocessing.open import open_store
from eegbench.preprocessing.standard import Standard
from eegbench.store.local import Local


def toy(folder: Path, **options) -> ToyDataset:
    return ToyDataset(folder=folder, **({"n_subjects": 2} | options))


@pytest.fixture
def sets(tmp_path: Path) -> dict[str, ToyDataset]:
    return {"home": toy(tmp_path / "one"), "away": toy(tmp_path / "two", n_subjects=3)}


def joined(sets, same_subject_id="different_people") -> Joined:
    return Joined(sets=sets, same_subject_id=same_subject_id)


def standard(**signal) -> Standard:
    options = {"channels": None, "l_freq": None, "h_freq": 30.0, "notch_hz": (), "reference": "as_recorded"}
    cut = {
        "window_s": 2.0,
        "stride_s": 2.0,
        "label_rule": "majority",
        "normalise": "none",
        "flat_uv": None,
        "saturated_share": None,
        "features": {},
        "padding": None,
    }
    return Standard(
        signal=Filtered(**({"exclude": (), "sfreq": None, "missing_channels": "refuse"} | options | signal)), **cut
    )


def plan(dataset, folder, preprocessing=None):
    storage = Local(folder=str(folder), resident="auto", n_workers=1)
    return plan_shards(dataset, preprocessing or standard(), dataset.recordings(), storage), storage


def opened(dataset, folder, preprocessing=None):
    preprocessing = preprocessing or standard()
    planned, storage = plan(dataset, folder, preprocessing)
    return open_store(planned, dataset, preprocessing, storage, torch.device("cpu"))


def test_ids_and_subjects_begin_with_the_name_of_their_set(sets):
    listed = joined(sets).recordings()
    assert [one.id for one in listed] == ["away-s0", "away-s1", "away-s2", "home-s0", "home-s1"]
    assert [one.subject for one in listed] == ["away-0", "away-1", "away-2", "home-0", "home-1"]
    assert [one.set for one in listed] == ["away"] * 3 + ["home"] * 2
    assert listed[4].facts == sets["home"].recordings()[1].facts


def test_a_recording_reads_as_in_its_own_set_and_leads_back_to_it(sets):
    dataset = joined(sets)
    for recording in dataset.recordings():
        origin, own = dataset.origin(recording)
        assert origin is sets[recording.set]
        assert own in origin.recordings()
        np.testing.assert_array_equal(dataset.read(recording).get_data(), origin.read(own).get_data())


def test_an_id_in_two_sets_is_one_person_only_where_that_is_said(sets):
    dataset = joined(sets, "same_person")
    listed = dataset.recordings()
    assert [(one.id, one.subject) for one in listed[::3]] == [("away-s0", "0"), ("home-s0", "0")]
    assert all(dataset.origin(one)[1] in sets[one.set].recordings() for one in listed)


@pytest.mark.parametrize("same_subject_id", ["different_people", "same_person"])
def test_a_recording_that_stands_in_both_sets_is_refused(tmp_path, same_subject_id):
    sets = {"home": toy(tmp_path), "away": toy(tmp_path)}
    with pytest.raises(ValueError, match=r"home and away both have .*s0\.txt, and one recording must not"):
        joined(sets, same_subject_id).recordings()


class Evening(ToyDataset):
    """Other recordings of the same people, in the same folder."""

    def recordings(self):
        pairs = [(one, one.signal.with_name(f"evening-{one.signal.name}")) for one in super().recordings()]
        return [one.__class__(**(vars(one) | {"signal": path})) for one, path in pairs]


def test_people_of_one_folder_do_not_count_as_two(tmp_path):
    sets = {"morning": toy(tmp_path), "evening": Evening(folder=tmp_path, n_subjects=2)}
    with pytest.raises(ValueError, match=r"both have 0 of .*one person.*same_subject_id=same_person"):
        joined(sets).recordings()
    assert {one.subject for one in joined(sets, "same_person").recordings()} == {"0", "1"}


def test_nothing_is_preprocessed_twice_where_sets_are_joined_or_apart(sets, tmp_path):
    for one in sets.values():
        build_shards(plan(one, tmp_path / "stores")[0])
    together = opened(joined(sets), tmp_path / "stores")
    assert together.n_built == 0
    apart = [opened(one, tmp_path / "stores") for one in (sets["away"], sets["home"])]
    assert [shard.folder for shard in together.store.shards] == [s.folder for one in apart for s in one.store.shards]
    for shard in together.store.shards:
        assert shard.header.recording in ("s0", "s1", "s2")


def test_the_table_names_the_set_of_each_window(sets, tmp_path):
    store = opened(joined(sets), tmp_path / "stores").store
    assert store.table.groupby("set")["subject"].unique().map(list).to_dict() == {
        "away": ["away-0", "away-1", "away-2"],
        "home": ["home-0", "home-1"],
    }
    assert set(store.facts["set"]) == {"home", "away"}
    assert (store.table["subject"] == store.table["set"] + "-" + store.table["shard"].map("01201".__getitem__)).all()


def test_classes_are_united_in_the_order_of_the_sets(tmp_path):
    away = toy(tmp_path / "two", labels={"rest": "rest", "right": "right"}, ignored=())
    home = toy(tmp_path / "one", labels={"left": "left", "right": "right"}, ignored=())
    dataset = joined({"home": home, "away": away})
    assert dataset.classes == ("left", "right", "rest")
    assert dataset.labels == {"left": "left", "right": "right", "rest": "rest"}


@pytest.mark.parametrize(
    ("labels", "ignored", "message"),
    [
        ({"left": "right", "right": "left"}, ("rest",), "'left' is of class left in home and of class right in away"),
        ({"left": "left", "right": "right", "rest": "rest"}, (), "'rest' is ignored in home and of class rest in away"),
    ],
)
def test_a_label_that_means_two_things_is_refused(tmp_path, labels, ignored, message):
    sets = {"home": toy(tmp_path / "one"), "away": toy(tmp_path / "two", labels=labels, ignored=ignored)}
    with pytest.raises(ValueError, match=message):
        joined(sets)


class Other(ToyDataset):
    """A set with another channel and another rate."""

    def read(self, recording, *, may_lack_channels=False):
        return (
            super()
            .read(recording, may_lack_channels=may_lack_channels)
            .rename_channels({"A": "C"})
            .resample(50, verbose="ERROR")
        )


def test_sets_of_other_channels_are_refused_with_what_to_type_and_joined_by_it(tmp_path):
    sets = {"home": toy(tmp_path / "one"), "away": Other(folder=tmp_path / "two", n_subjects=2)}
    message = r"home-s0 has 2 channels \(A, B\) at 100 Hz, but away-s0 has 2 \(C, B\) at 50 Hz; name common ones with "
    with pytest.raises(BadRecordingError, match=message + r"preprocessing\.signal\.channels=.*signal\.sfreq="):
        opened(joined(sets), tmp_path / "stores", standard(h_freq=20.0))
    store = opened(joined(sets), tmp_path / "stores", standard(h_freq=20.0, channels=("B",), sfreq=50.0)).store
    assert (store.form.only.channels, store.form.only.sfreq) == (("B",), 50.0)


def test_windows_say_which_channels_a_set_lacks_where_that_is_asked_for(tmp_path):
    sets = {"home": toy(tmp_path / "one"), "away": Other(folder=tmp_path / "two", n_subjects=2)}
    signal = {"h_freq": 20.0, "channels": ("A", "B", "C"), "sfreq": 50.0, "missing_channels": "mark"}
    store = opened(joined(sets), tmp_path / "stores", standard(**signal)).store
    assert store.form.only.channels == ("A", "B", "C")
    present = store.gather(np.arange(len(store))).present["eeg"].numpy()
    for name, expected in (("home", [True, True, False]), ("away", [False, True, True])):
        assert (present[(store.table["set"] == name).to_numpy()] == expected).all()


def test_channels_are_read_by_name_as_in_the_set_itself(sets):
    recording = joined(sets).recordings()[0]
    assert joined(sets).read_channels(recording, ["B"]).ch_names == ["B"]
    with pytest.raises(BadRecordingError, match=r"s0\.txt: channel D is missing"):
        joined(sets).read_channels(recording, ["D"])


def test_each_set_says_what_becomes_of_its_bad_recordings(tmp_path):
    home = toy(tmp_path / "one", bad=("s0",), on_bad_recording="skip")
    found = opened(joined({"home": home, "away": toy(tmp_path / "two")}), tmp_path / "stores")
    assert [one.recording for one in found.skipped] == ["home-s0"]
    away = toy(tmp_path / "two", bad=("s1",))
    with pytest.raises(BadRecordingError, match="the toy is broken"):
        opened(joined({"home": home, "away": away}), tmp_path / "other")


def test_a_message_of_a_set_says_where_its_options_stand(sets):
    def missing():
        raise FileNotFoundError("dataset.root=/nowhere: there is no such folder.")

    sets["away"].recordings = missing
    with pytest.raises(FileNotFoundError, match=r"/nowhere.* dataset\.KEY is dataset\.sets\.away\.KEY here"):
        joined(sets).recordings()


def test_card_name_and_coverage_speak_of_every_set(sets):
    dataset = joined(sets)
    assert dataset.name == "home=toy, away=toy"
    assert (dataset.card.n_subjects, dataset.card.channels, dataset.card.sfreq) == (16, ("A", "B"), 100.0)
    assert dataset.card.licence == "CC0-1.0"
    covered = "home: 2 of 8 subjects, 2 of 8 recordings; away: 3 of 8 subjects, 3 of 8 recordings"
    assert dataset.coverage(dataset.recordings()) == covered
    assert dataset.source is None
    assert json.loads(json.dumps(dataset.read_settings)) == {"home": {}, "away": {}}


def test_fewer_than_two_sets_sets_of_sets_and_strange_names_are_refused(sets):
    with pytest.raises(ValueError, match=r"\['home'\]: two or more sets .* \+dataset@dataset\.sets\.NAME=OPTION"):
        joined({"home": sets["home"]})
    with pytest.raises(ValueError, match=r"dataset\.sets\.both: this set is joined itself"):
        joined({"both": joined(sets), "home": sets["home"]})
    with pytest.raises(ValueError, match=r"dataset\.sets\.a-b: a name of letters"):
        joined({"a-b": sets["home"], "home": sets["away"]})
