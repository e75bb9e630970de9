"""EEGLAB files of epochs: an epoch has the label of its event at time zero, and epochs are separate."""

import logging
from pathlib import Path

import mne
import numpy as np
import pytest
from own_recordings import noise, reader, write_eeglab

from eegbench.dataset import BadRecordingError
from eegbench.dataset.recordings import Recordings
from eegbench.preprocessing.base import Cut, Preprocessing
from eegbench.preprocessing.filtered import Filtered
from eegbench.preprocessing.shard_job import Job, build_one
from eegbench.preprocessing.standard import Standard
from eegbench.preprocessing.trial import Trial
from eegbench.store import Shard, open_shard

SFREQ = 100.0
LENGTH_S = 1.2
N_EPOCHS = 4
TYPES = ("1", "2", "1", "2")
ZEROS = [LENGTH_S * number + 0.2 for number in range(N_EPOCHS)]
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
COMMON = {"signal": PLAIN, "normalise": "none", "flat_uv": None, "saturated_share": None, "features": {}}


def written(root: Path, *, extra: list[tuple[float, str]] | None = None, **options) -> np.ndarray:
    """Write epochs from -0.2 to 1 s, and return their concatenated samples in µV."""
    data = noise(N_EPOCHS * LENGTH_S, SFREQ)
    events = sorted([*zip(ZEROS, TYPES, strict=True), *(extra or [])])
    write_eeglab(root / "a.set", data, SFREQ, events, n_trials=N_EPOCHS, xmin=-0.2, **options)
    return data


def epochs(root: Path, **options) -> Recordings:
    return reader(root, **{"subject": "file", "labels": {"1": "left", "2": "right"}, **options})


def shard_of(dataset: Recordings, folder: Path, signal: Filtered = PLAIN) -> Shard:
    build_one(Job(dataset, signal, dataset.recordings()[0], folder))
    return open_shard(folder)


def cut(root: Path, preprocessing: Preprocessing, **options) -> Cut:
    dataset = epochs(root, **options)
    return preprocessing.cut(shard_of(dataset, root / "shard"), dataset)


def trials(tmin_s: float, tmax_s: float, **options) -> Trial:
    kept = {"window_s": None, "stride_s": None, "max_shift_s": 0.0, "next_cue": "drop"}
    return Trial(tmin_s=tmin_s, tmax_s=tmax_s, **{**COMMON, **kept, **options})


@pytest.mark.parametrize("in_one_file", [True, False])
def test_epochs_follow_each_other_in_volts_with_the_type_of_the_event_at_time_zero(tmp_path: Path, in_one_file: bool):
    responses = [(ZEROS[0] + 0.4, "response"), (ZEROS[2] + 0.003, "1"), (ZEROS[3] + 0.02, "response")]
    data = written(tmp_path, extra=responses, in_one_file=in_one_file)
    raw = epochs(tmp_path).read(epochs(tmp_path).recordings()[0])
    np.testing.assert_allclose(raw.get_data(), 1e-6 * data, rtol=1e-5, atol=1e-12)
    notes = zip(raw.annotations.onset, raw.annotations.duration, raw.annotations.description, strict=True)
    labels = [(round(onset, 6), round(duration, 6), text) for onset, duration, text in notes if text in TYPES]
    assert labels == [(round(zero, 6), 1.0, text) for zero, text in zip(ZEROS, TYPES, strict=True)]
    assert (tmp_path / "a.fdt").exists() is not in_one_file


def test_a_trial_may_be_the_whole_epoch_and_is_cut_by_sample(tmp_path: Path):
    written(tmp_path)
    found = cut(tmp_path, trials(-0.2, 0.99))
    assert found.sample.tolist() == [0, 120, 240, 360]
    assert found.label.tolist() == [0, 1, 0, 1]


def test_a_trial_that_passes_the_ends_of_its_epoch_is_moved_inside_or_dropped(tmp_path: Path):
    written(tmp_path)
    dataset, shard = epochs(tmp_path), shard_of(epochs(tmp_path), tmp_path / "shard")
    assert trials(-0.25, 0.8, max_shift_s=0.1).cut(shard, dataset).sample.tolist() == [0, 120, 240, 360]
    with pytest.raises(BadRecordingError, match=r"trials of 4 cues reach beyond its 1\.2 s"):
        trials(-0.2, 1.1, max_shift_s=0.1).cut(shard, dataset)


def test_windows_lie_in_one_epoch_each(tmp_path: Path):
    written(tmp_path)
    found = cut(tmp_path, Standard(window_s=0.5, stride_s=0.25, label_rule="majority", padding=None, **COMMON))
    assert found.sample.tolist() == [120 * number + 20 + 25 * place for number in range(4) for place in range(3)]
    assert found.label.tolist() == [0] * 3 + [1] * 3 + [0] * 3 + [1] * 3


def test_each_epoch_is_filtered_by_itself(tmp_path: Path):
    data = written(tmp_path)
    signal = Filtered(**{**vars(PLAIN), "h_freq": 30.0})
    found = shard_of(epochs(tmp_path), tmp_path / "shard", signal).signal("eeg")
    for number in range(N_EPOCHS):
        own = data[:, 120 * number : 120 * (number + 1)].astype("<f4").astype(float)
        alone = mne.filter.filter_data(own, SFREQ, None, 30.0, verbose="ERROR")
        np.testing.assert_allclose(found[:, 120 * number : 120 * (number + 1)], alone, atol=1e-3)


def test_epochs_without_an_event_at_time_zero_are_counted(tmp_path: Path, caplog):
    caplog.set_level(logging.INFO)
    data = noise(N_EPOCHS * LENGTH_S, SFREQ)
    write_eeglab(tmp_path / "a.set", data, SFREQ, [(ZEROS[1], "1"), (2.9, "2")], n_trials=N_EPOCHS, xmin=-0.2)
    assert cut(tmp_path, trials(0.0, 0.5)).sample.tolist() == [140]
    assert "a: 3 of its epochs have no event at time zero." in caplog.messages


def test_two_classes_at_time_zero_are_refused(tmp_path: Path):
    written(tmp_path, extra=[(ZEROS[1], "1"), (ZEROS[2], "1")])
    with pytest.raises(BadRecordingError, match=r"a: at 1\.4 s it is labelled left and right\. Expected one class"):
        cut(tmp_path, trials(0.0, 0.5))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"sfreq": 50.0},
            r"preprocessing\.signal\.sfreq=50: the recording consists of epochs at 100 Hz\. Filter and res",
        ),
        ({"notch_hz": (50.0,)}, r"preprocessing\.signal\.notch_hz: the recording consists of epochs"),
        ({"l_freq": 0.5}, r"l_freq=0\.5, h_freq=None: the filter lasts 6\.6\d? s, but epochs last only 1\.2 s"),
    ],
)
def test_what_would_mix_epochs_is_refused(tmp_path: Path, changes: dict[str, object], message: str):
    written(tmp_path)
    dataset = epochs(tmp_path)
    with pytest.raises(BadRecordingError, match=message):
        Filtered(**{**vars(PLAIN), **changes}).select(dataset, dataset.recordings()[0])


@pytest.mark.parametrize("labels_from", ["triggers", "*.csv"])
def test_labels_of_epochs_are_their_events(tmp_path: Path, labels_from: str):
    written(tmp_path)
    dataset = epochs(tmp_path, labels_from=labels_from)
    with pytest.raises(BadRecordingError, match=r"a\.set: holds epochs, .*set dataset\.labels_from=annotations"):
        dataset.read(dataset.recordings()[0])
    assert epochs(tmp_path, labels_from=None).read(dataset.recordings()[0]).n_times == 480


def test_epochs_without_their_samples_are_refused(tmp_path: Path):
    written(tmp_path)
    (tmp_path / "a.fdt").unlink()
    with pytest.raises(BadRecordingError, match=r"a\.set: MNE cannot read it as EEGLAB .*Export it again"):
        epochs(tmp_path).read(epochs(tmp_path).recordings()[0])
