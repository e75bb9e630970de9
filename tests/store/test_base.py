"""The store gathers the same windows from memory and from disk, in every normalisation."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats
from toy import ToyDataset

from eegbench.preprocessing.build import plan_shards
from eegbench.preprocessing.filtered import Filtered
from eegbench.preprocessing.open import open_store
from eegbench.preprocessing.standard import Standard
from eegbench.store import reading
from eegbench.store.local import Local
from eegbench.store.padding import padding_columns
from eegbench.types import Draw, Padding


class ConstantAtFirst(ToyDataset):
    """Has the same value in all samples of the first ten seconds."""

    def read(self, recording, *, may_lack_channels=False):
        raw = super().read(recording).load_data()
        raw._data[:, :1000] = 3.7e-6
        return raw


def opened(dataset, folder):
    steps = Filtered(
        channels=None,
        exclude=(),
        l_freq=None,
        h_freq=None,
        notch_hz=(),
        reference="as_recorded",
        sfreq=None,
        missing_channels="refuse",
    )
    preprocessing = Standard(
        signal=steps,
        window_s=2.0,
        stride_s=1.0,
        label_rule="majority",
        normalise="none",
        flat_uv=None,
        saturated_share=None,
        features={},
        padding=None,
    )
    local = Local(folder=str(folder), resident=True, n_workers=1)
    plan = plan_shards(dataset, preprocessing, dataset.recordings(), local)
    return open_store(plan, dataset, preprocessing, local, torch.device("cpu")).store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    return opened(ToyDataset(folder=folder / "toy", n_subjects=3), folder)


def test_memory_and_disk_give_the_same_windows(store):
    rows = np.random.default_rng(0).permutation(len(store))[:50]
    assert torch.equal(store.gather(rows).only, replace(store, resident=False).gather(rows).only)


def test_a_window_is_the_signal_from_its_first_sample_on(store):
    row = store.table.iloc[100]
    signal = store.shards[row["shard"]].signal("eeg")
    expected = signal[:, row["sample_eeg"] : row["sample_eeg"] + 200]
    np.testing.assert_array_equal(store.gather(np.array([100])).only[0].numpy(), expected)


def test_normalised_by_window_every_channel_has_mean_0_and_deviation_1(store):
    windows = store.normalised("window").gather(np.arange(20)).only
    assert torch.allclose(windows.mean(2), torch.zeros(20, 2), atol=1e-5)
    assert torch.allclose(windows.std(2, correction=0), torch.ones(20, 2), atol=1e-5)


def test_normalised_by_recording_every_channel_of_a_recording_has(store):
    shard = store.shards[1]
    rows = store.table.index[store.table["recording"] == "s1"].to_numpy()
    windows = store.normalised("recording").gather(rows).only
    signal = np.asarray(shard.signal("eeg"), dtype=np.float64)
    expected = stats.zscore(signal, axis=1)
    first = store.table.loc[rows[0], "sample_eeg"]
    np.testing.assert_allclose(windows[0].numpy(), expected[:, first : first + 200], atol=1e-4)


def test_a_constant_window_becomes_zeros_not_noise(tmp_path):
    store = opened(ConstantAtFirst(folder=tmp_path / "toy", n_subjects=1), tmp_path)
    constant, other = store.normalised("window").gather(np.array([0, 50])).only
    assert constant.abs().max() < 1e-2
    assert other.abs().max() > 1


def test_views_hold_each_distinct_window_once(store):
    draw = Draw(np.array([[5, 9], [9, 5], [5, 7]]), np.array([1, 0, 1]))
    views = store.views(draw, slice(0, 3))
    assert len(views.windows) == 3
    expected = store.gather(draw.windows.ravel()).only.reshape(3, 2, 2, 200)
    assert torch.equal(views.windows.only[views.index], expected)
    assert views.y.tolist() == [1, 0, 1]


def test_many_shards_keep_few_files_open(store, monkeypatch):
    reading.mapped.cache_clear()
    replace(store, resident=False).gather(np.arange(len(store)))
    assert reading.mapped.cache_info().maxsize == reading.OPEN_FILES


@pytest.mark.skipif(not Path("/proc/self/smaps").is_file(), reason="Linux tells how much of a mapped file is in memory")
def test_streamed_signals_do_not_stay_in_the_memory_of_the_process(store):
    replace(store, resident=False).gather(np.arange(len(store)))
    lines = Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines()
    ours = {str(shard.folder) for shard in store.shards}
    starts = [number for number, line in enumerate(lines) if str(Path(line.split()[-1]).parent) in ours]
    resident = [next(line for line in lines[number:] if line.startswith("Rss:")) for number in starts]
    assert len(resident) >= len(store.shards)
    assert {line.split()[1] for line in resident} == {"0"}


def test_facts_are_known_by_recording(store):
    assert store.facts.loc["s1", "age"] == 21
    assert store.facts.loc["s1", "sex"] == "M"
    assert set(store.table["recording"]) == {"s0", "s1", "s2"}


def test_absent_views_are_not_gathered(store):
    draw = Draw(np.array([[5, -1], [-1, 9]]), np.array([0, 1]))
    views = store.views(draw, slice(0, 2))
    assert len(views.windows) == 2
    assert views.index.tolist() == [[0, -1], [-1, 1]]


def padded(store, value, **changes):
    form = replace(store.form, padding=Padding(3, value), **changes)
    return replace(store, form=form, table=padding_columns(store.table, 3))


def test_rows_of_padding_hold_the_constant_in_memory_and_from_disk(store):
    one, n = padded(store, 7.5), len(store)
    assert one.padding_rows.tolist() == list(range(n, n + 6))
    rows = np.array([n + 5, 3, n, n - 1])
    found = one.gather(rows).only
    assert (found[[0, 2]] == 7.5).all()
    assert torch.equal(found[[1, 3]], store.gather(rows[[1, 3]]).only)
    assert torch.equal(found, replace(one, resident=False).gather(rows).only)
    assert (padded(store, 7.5, normalise="window").gather(rows).only[0] == 0).all()


def test_a_table_says_which_windows_padding_stands_next_to(store):
    table, n = padded(store, 0.0).table, len(store)
    ends = table.groupby("recording")
    assert ends["padding_before"].first().tolist() == [n, n + 2, n + 4]
    assert ends["padding_after"].last().tolist() == [n + 1, n + 3, n + 5]
    assert ((table["padding_before"] >= 0).sum(), (table["padding_after"] >= 0).sum()) == (3, 3)
    assert "n_padding" not in store.table
