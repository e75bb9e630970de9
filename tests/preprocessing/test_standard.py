"""Windows are rows of a table: where they start, which label they have, and why some are rejected."""

import mne
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import ToyDataset

from eegbench.preprocessing.filtered import Filtered
from eegbench.preprocessing.shard_job import Job, build_one
from eegbench.preprocessing.standard import Standard
from eegbench.store import open_shard
from eegbench.types import Recording

PLAIN = Filtered(
    channels=None, l_freq=None, h_freq=None, notch_hz=(), reference="as_recorded", sfreq=None, missing_channels="refuse"
)


class Given(ToyDataset):
    """One recording that the test makes."""

    def __init__(self, signal_uv, annotations, first_s=0.0, **options):
        super().__init__(**options)
        self.signal_uv, self.annotations, self.first_s = signal_uv, annotations, first_s

    def read(self, recording, *, may_lack_channels=False):
        info = mne.create_info(len(self.signal_uv), 100.0, "eeg")
        raw = mne.io.RawArray(self.signal_uv * 1e-6, info, verbose="ERROR")
        onset, duration, description = zip(*self.annotations, strict=True) if self.annotations else ((), (), ())
        raw.set_annotations(mne.Annotations(onset, duration, list(description)))
        return raw.crop(self.first_s) if self.first_s else raw


def windows(tmp_path, signal_uv, annotations, *, window_s=2.0, stride_s=2.0, first_s=0.0, **changes):
    path = tmp_path / "one.txt"
    path.write_text("one")
    dataset = Given(signal_uv, annotations, first_s, folder=tmp_path)
    build_one(Job(dataset, PLAIN, Recording("one", "1", "1", path), tmp_path / "shard"))
    options = {"normalise": "none", "flat_uv": 1.0, "saturated_share": 0.05} | changes
    made = Standard(signal=PLAIN, window_s=window_s, stride_s=stride_s, **options)
    return made.windows([open_shard(tmp_path / "shard")], dataset)


def noise(seconds, n_channels=1):
    return 30 * np.random.default_rng(0).standard_normal((n_channels, int(seconds * 100)))


def test_windows_lie_within_annotations_and_the_last_one_ends_inside(tmp_path):
    table = windows(tmp_path, noise(20), [(0, 7, "left"), (7, 13, "right")])
    assert table["start_s"].tolist() == [0, 2, 4, 7, 9, 11, 13, 15, 17]
    assert table["label"].tolist() == [0] * 3 + [1] * 6


def test_ignored_labels_and_gaps_stay_as_unscored_windows(tmp_path):
    table = windows(tmp_path, noise(12), [(2, 4, "left"), (6, 2, "rest")])
    assert table["start_s"].tolist() == [0, 2, 4, 6, 8, 10]
    assert table["label"].tolist() == [-1, 0, 0, -1, -1, -1]
    assert table["scored"].tolist() == [False, True, True, False, False, False]


def test_a_recording_without_labels_is_cut_throughout(tmp_path):
    table = windows(tmp_path, noise(10), [], stride_s=1.0)
    assert table["start_s"].tolist() == list(range(9))
    assert not table["scored"].any()


def test_times_count_from_the_start_of_the_file_where_it_was_cropped(tmp_path):
    table = windows(tmp_path, noise(20), [(6, 4, "left"), (10, 4, "right")], first_s=6.0)
    assert table["start_s"].tolist()[:4] == [6, 8, 10, 12]
    assert table["label"].tolist()[:4] == [0, 0, 1, 1]
    assert table["sample_eeg"].tolist()[:2] == [0, 200]


def test_flat_windows_are_rejected_below_one_microvolt_in_any_channel(tmp_path):
    signal = noise(12, n_channels=2)
    signal[1, 400:600] = np.linspace(0, 0.9, 200)
    signal[1, 800:1000] = np.linspace(0, 1.1, 200)
    table = windows(tmp_path, signal, [(0, 12, "left")])
    assert table["flat"].tolist() == [False, False, True, False, False, False]
    assert table["rejected"].tolist() == table["flat"].tolist()


def test_saturated_windows_are_rejected_and_peaks_are_not(tmp_path):
    signal = np.clip(noise(12), -80, 80)
    signal[0, 400:500] = 100.0
    table = windows(tmp_path, signal, [(0, 12, "left")])
    assert table["saturated"].tolist() == [False, False, True, False, False, False]


def test_no_window_is_rejected_where_the_limits_are_null(tmp_path):
    signal = np.zeros((1, 1200))
    signal[0, :300] = noise(3)
    assert not windows(tmp_path, signal, [(0, 12, "left")], flat_uv=None, saturated_share=None)["rejected"].any()


@settings(max_examples=40, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 39), min_size=0, max_size=6, unique=True),
    window=st.integers(1, 8),
    stride=st.integers(1, 8),
    names=st.lists(st.sampled_from(["left", "right", "rest"]), min_size=7, max_size=7),
)
def test_no_window_has_two_labels_or_leaves_the_recording(tmp_path_factory, cuts, window, stride, names):
    edges = [0, *sorted(cuts), 40]
    spans = [(a, b - a, name) for a, b, name in zip(edges, edges[1:], names, strict=False)]
    folder = tmp_path_factory.mktemp("shard")
    if max(length for _, length, _ in spans) < window:
        return
    table = windows(folder, noise(40), spans, window_s=float(window), stride_s=float(stride))
    for start, label in zip(table["start_s"], table["label"], strict=True):
        (inside,) = [s for s in spans if s[0] <= start and start + window <= s[0] + s[1]]
        assert label == {"left": 0, "right": 1, "rest": -1}[inside[2]]
    assert table["sample_eeg"].is_monotonic_increasing


@pytest.mark.parametrize("name", ["window_s", "stride_s"])
def test_times_must_be_above_zero(name):
    options = {"window_s": 2.0, "stride_s": 2.0, "normalise": "none", "flat_uv": 1.0, "saturated_share": None}
    with pytest.raises(ValueError, match=f"preprocessing.{name}=0"):
        Standard(signal=PLAIN, **(options | {name: 0.0}))


def test_a_band_must_not_be_upside_down():
    with pytest.raises(ValueError, match="l_freq=40 Hz is not below h_freq=30 Hz"):
        Filtered(
            channels=None,
            l_freq=40.0,
            h_freq=30.0,
            notch_hz=(),
            reference="average",
            sfreq=None,
            missing_channels="refuse",
        )
