"""Windows are rows of a table, with their start, label and reasons for rejection."""

import logging

import mne
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import ToyDataset

from eegbench.dataset import BadRecordingError
from eegbench.preprocessing.filtered import Filtered
from eegbench.preprocessing.judgement import Judgement
from eegbench.preprocessing.shard_job import Job, build_one
from eegbench.preprocessing.standard import Standard
from eegbench.store import open_shard
from eegbench.types import Recording

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


class Given(ToyDataset):
    """Dataset with one given recording."""

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
    tmp_path.mkdir(exist_ok=True)
    path = tmp_path / "one.txt"
    path.write_text("one")
    dataset = Given(signal_uv, annotations, first_s, folder=tmp_path)
    build_one(Job(dataset, PLAIN, Recording("one", "1", "1", path), tmp_path / "shard"))
    options = {
        "label_rule": "majority",
        "normalise": "none",
        "flat_uv": 1.0,
        "saturated_share": 0.05,
        "features": {},
        "padding": None,
    } | changes
    made = Standard(signal=PLAIN, window_s=window_s, stride_s=stride_s, **options)
    shard = open_shard(tmp_path / "shard")
    cut = made.cut(shard, dataset)
    made.tell([cut])
    judgement = Judgement(flat_uv=made.flat_uv, saturated_share=made.saturated_share)
    return judgement.table([shard], [cut])


def noise(seconds, n_channels=1):
    return 30 * np.random.default_rng(0).standard_normal((n_channels, int(seconds * 100)))


def test_windows_run_along_what_is_labelled_and_have_the_class_of_most_of_their_samples(tmp_path):
    table = windows(tmp_path, noise(20), [(0, 7, "left"), (7, 13, "right")])
    assert table["start_s"].tolist() == list(range(0, 20, 2))
    assert table["label"].tolist() == [0] * 3 + [-1] + [1] * 6  # half left and half right is neither
    shifted = windows(tmp_path / "b", noise(20), [(0, 7.2, "left"), (7.2, 12.8, "right")])
    assert shifted["label"].tolist() == [0] * 4 + [1] * 6


@pytest.mark.parametrize(
    ("rule", "labels"),  # the second window lies half in one class and half in another, the fifth by two thirds
    [
        ("majority", [0, -1, 1, 1, 0, 0, 0]),
        ("all_equal", [0, -1, 1, 1, -1, 0, 0]),
        ("centre", [0, 1, 1, 1, 0, 0, 0]),
    ],
)
def test_windows_of_20_s_over_epochs_of_30_s_are_labelled_by_the_rule(tmp_path, rule, labels):
    epochs = [(0, 30, "left"), (30, 30, "right"), (60, 25, "right"), (85, 55, "left")]
    found = windows(tmp_path, noise(140), epochs, window_s=20.0, stride_s=20.0, label_rule=rule)
    assert found["label"].tolist() == labels


def test_a_window_longer_than_an_epoch_takes_several(tmp_path):
    epochs = [(30 * i, 30, name) for i, name in enumerate(["left", "left", "right", "left", "right", "right"])]
    found = windows(tmp_path, noise(180), epochs, window_s=60.0, stride_s=60.0)
    assert found["label"].tolist() == [0, -1, 1]
    assert windows(tmp_path / "b", noise(180), epochs, window_s=90.0, stride_s=90.0)["label"].tolist() == [0, 1]


def test_it_does_not_matter_whether_equal_neighbours_are_merged_or_end_a_sample_early(tmp_path):
    merged = windows(tmp_path, noise(60), [(0, 30, "left"), (30, 30, "right")])
    parts = [(2 * i, 2, "left" if i < 15 else "right") for i in range(30)]
    for number, epochs in enumerate([parts, [(onset, 1.99, text) for onset, _, text in parts]]):
        assert windows(tmp_path / str(number), noise(60), epochs)[list(merged)].equals(merged)


def test_short_parts_without_a_class_do_not_displace_the_windows_behind_them(tmp_path):
    table = windows(tmp_path, noise(20), [(0, 5.5, "left"), (6.5, 13.5, "right")])
    assert table["start_s"].tolist() == list(range(0, 20, 2))
    assert table["label"].tolist() == [0, 0, 0] + [1] * 7


def test_events_that_are_ignored_take_no_time_from_a_stage(tmp_path):
    table = windows(tmp_path, noise(20), [(0, 20, "left"), (0, 20, "rest"), (5, 3, "rest")])
    assert len(table) == 10
    assert table["scored"].all()


@pytest.mark.parametrize("other", [(4, 4, "right"), (0, 10, "right"), (9, 11, "right")])
def test_two_classes_at_one_time_are_refused(tmp_path, other):
    with pytest.raises(
        BadRecordingError, match=r"one: from \d s to \d+ s it is labelled left and right\. Expected one class"
    ):
        windows(tmp_path, noise(20), [(0, 10, "left"), other])


def test_a_stage_that_is_written_twice_counts_once(tmp_path):
    twice = windows(tmp_path, noise(20), [(0, 10, "left"), (0, 10, "left"), (10, 10, "right"), (10, 10, "right")])
    assert twice["start_s"].tolist() == list(range(0, 20, 2))
    assert twice["label"].tolist() == [0] * 5 + [1] * 5


def test_labelled_time_that_lies_in_no_window_with_a_class_is_told(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    windows(tmp_path, noise(20), [(0, 10, "left"), (10, 10, "right")])
    assert not caplog.messages
    windows(tmp_path / "b", noise(20), [(0, 5, "left"), (5, 5, "right"), (10, 10, "left")])
    (message,) = caplog.messages
    assert message.startswith("9.9 % of the labelled time, in 1 of 1 recordings, lies in no window with a class")


def test_labelled_time_in_the_middle_of_no_window_is_told_where_windows_have_the_class_of_their_centre(
    tmp_path, caplog
):
    caplog.set_level(logging.INFO)
    table = windows(tmp_path, noise(20), [(0, 20, "left")], window_s=6.0, label_rule="centre")
    assert table["start_s"].tolist() == list(range(0, 15, 2))  # 2 s at both ends are in no middle
    (message,) = caplog.messages
    assert message.startswith("19.9 % of the labelled time, in 1 of 1 recordings, lies in no middle of a window")


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


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 39), min_size=0, max_size=6, unique=True),
    window=st.integers(1, 8),
    stride=st.integers(1, 8),
    names=st.lists(st.sampled_from(["left", "right", "rest"]), min_size=7, max_size=7),
)
def test_windows_agree_with_a_label_for_every_sample(tmp_path_factory, cuts, window, stride, names):
    edges = [0, *sorted(cuts), 40]
    spans = [(a, b - a, name) for a, b, name in zip(edges, edges[1:], names, strict=False)]
    table = windows(tmp_path_factory.mktemp("shard"), noise(40), spans, window_s=float(window), stride_s=float(stride))
    of_second = np.concatenate([np.full(n, {"left": 0, "right": 1, "rest": -1}[name]) for _, n, name in spans])
    for start, label in zip(table["start_s"].astype(int), table["label"], strict=True):
        inside = of_second[start : start + window]
        assert len(inside) == window
        most = [name for name in (0, 1) if 2 * (inside == name).sum() > window]
        assert [label] == (most or [-1])
    assert table["sample_eeg"].is_monotonic_increasing
    assert table["start_s"].is_unique
    if stride == window:  # no more than a window is left over in each stretch
        gaps = [n for _, n, name in spans if name == "rest" and n >= window]
        assert len(table) * window > 40 - window * (2 * len(gaps) + 3)


def test_a_band_must_not_be_upside_down():
    with pytest.raises(ValueError, match="l_freq=40 Hz is not below h_freq=30 Hz"):
        Filtered(
            channels=None,
            exclude=(),
            l_freq=40.0,
            h_freq=30.0,
            notch_hz=(),
            reference="average",
            sfreq=None,
            missing_channels="refuse",
        )
