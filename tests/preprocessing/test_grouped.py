"""Groups of signals with their own rates, in one shard and one store."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from preprocessing.test_build import filtered, opened, standard
from toy import ToyDataset

from eegbench.dataset import BadRecordingError
from eegbench.preprocessing.feature.shannon_entropy import ShannonEntropy
from eegbench.preprocessing.grouped import Grouped
from eegbench.store.reading import mapped


def grouped(*, features_only=(), **changes):
    groups = {"eeg": filtered(channels=("A",)), "eog": filtered(channels=("B",), h_freq=15.0, sfreq=50.0)}
    return standard(Grouped(groups=groups | changes, features_only=features_only))


def test_each_group_has_its_own_rate_and_windows_of_one_length_in_seconds(tmp_path):
    store = opened(tmp_path, preprocessing=grouped()).store
    assert {name: (g.channels, g.sfreq, g.n_times) for name, g in store.form.groups.items()} == {
        "eeg": (("A",), 100.0, 200),
        "eog": (("B",), 50.0, 100),
    }
    windows = store.gather(np.arange(7))
    assert {name: tuple(x.shape) for name, x in windows.x.items()} == {"eeg": (7, 1, 200), "eog": (7, 1, 100)}
    assert windows.present is None
    assert store.table["sample_eog"].tolist() == (store.table["sample_eeg"] // 2).tolist()


def test_a_group_holds_what_the_same_filter_makes_of_its_channels_alone(tmp_path):
    both = opened(tmp_path / "both", preprocessing=grouped()).store.gather(np.arange(9))
    for name, steps in grouped().signal.groups.items():
        alone = opened(tmp_path / name, preprocessing=standard(steps)).store.gather(np.arange(9))
        assert torch.equal(both.x[name], alone.only)


@pytest.mark.parametrize("normalise", ["window", "recording"])
def test_memory_and_disk_give_the_same_windows_of_every_group(tmp_path, normalise):
    store = opened(tmp_path, preprocessing=replace(grouped(), normalise=normalise)).store
    rows = np.random.default_rng(0).permutation(len(store))[:20]
    one, two = (replace(store, resident=resident).gather(rows) for resident in (True, False))
    for name, x in one.x.items():
        assert torch.equal(x, two.x[name])
        assert abs(float(x.mean())) < 0.1


def test_a_group_that_ends_early_is_refused(tmp_path):
    class Short(ToyDataset):
        def read_channels(self, recording, channels, **kwargs):
            raw = super().read_channels(recording, channels, **kwargs)
            return raw.crop(0.0, 70.0) if channels == ("B",) else raw

    with pytest.raises(BadRecordingError, match=r"s0: the signals of group eog last 70 s, those of the first"):
        opened(tmp_path, Short(folder=tmp_path / "toy", n_subjects=2), grouped())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"eog": filtered(channels=("A",))}, r"groups\.eog\.channels: A is also in group eeg"),
        ({"eog": filtered()}, r"groups\.eog\.channels=None: expected the names of the group's channels"),
        ({"e g": filtered(channels=("B",))}, r"groups\.e g: expected a name of letters"),
    ],
)
def test_impossible_groups_are_refused_before_any_data(changes, message):
    with pytest.raises(ValueError, match=message):
        grouped(**changes)


def test_recordings_may_lack_channels_of_a_group(tmp_path):
    class Lacking(ToyDataset):
        def read(self, recording, **kwargs):
            raw = super().read(recording, **kwargs)
            raw = raw.add_channels([raw.copy().rename_channels({"A": "C", "B": "D"})])
            return raw.drop_channels(["C"]) if recording.id == "s1" else raw

    marked = grouped(eeg=filtered(channels=("A", "C"), missing_channels="mark"))
    store = opened(tmp_path, Lacking(folder=tmp_path / "toy", n_subjects=2), marked).store
    first = store.table.groupby("shard").head(1).index.to_numpy()
    windows = store.gather(first)
    assert windows.present["eeg"].tolist() == [[True, True], [True, False]]
    assert windows.present["eog"].tolist() == [[True], [True]]
    assert (windows.x["eeg"][1, 1] == 0).all()


def test_a_missing_channel_is_named(tmp_path):
    with pytest.raises(BadRecordingError, match="channel C is missing; there are A, B"):
        opened(tmp_path, preprocessing=grouped(eog=filtered(channels=("C",))))


def test_a_group_for_features_alone_may_hold_the_same_channels_and_is_not_in_the_form(tmp_path):
    raw = filtered(channels=("A",), h_freq=None)
    preprocessing = replace(grouped(features_only=("raw",), raw=raw), features={"entropy": ShannonEntropy(group="raw")})
    store = opened(tmp_path, preprocessing=preprocessing).store
    assert list(store.form.groups) == ["eeg", "eog"]
    assert store.form.features == {"entropy": 1}
    windows = store.gather(np.arange(3))
    assert list(windows.x) == ["eeg", "eog"]
    shard, sample = store.shards[0], store.table["sample_raw"].to_numpy()
    x = np.abs(mapped(shard.folder, "raw")[0, sample[1] : sample[1] + 200]).astype(np.float64)
    assert windows.features["entropy"][1].item() == pytest.approx(-(x / x.sum() * np.log(x / x.sum())).sum(), rel=1e-6)


@pytest.mark.parametrize(
    ("features_only", "message"),
    [
        (("ecg",), r"features_only=\['ecg'\]: expected some of the groups \(eeg, eog\)"),
        (("eeg", "eog"), "but not all of them"),
        (("eeg",), "windows are cut at samples of the first group, so models must get it"),
    ],
)
def test_groups_for_features_are_some_of_the_groups(features_only, message):
    with pytest.raises(ValueError, match=message):
        grouped(features_only=features_only)
