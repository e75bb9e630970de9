"""Channels of several sampling rates in one file are read at their own rates and resampled to one, on one clock."""

import logging
from pathlib import Path

import edfio
import numpy as np
import pytest
from own_recordings import reader
from preprocessing.test_build import filtered, opened, standard

from eegbench.dataset import BadRecordingError

SECONDS = 120
RATES = {"C3": 256.0, "EMG": 128.0, "Temp": 1.0}


def sine(hz: float, times: np.ndarray) -> np.ndarray:
    return 40 * np.sin(2 * np.pi * hz * times + 0.7)


def write(folder: Path, *, slow_hz: float = 0.02) -> Path:
    """C3 is 5 and 110 Hz, EMG 3 and 60 Hz, Temp a slow sine; cues are at 10.25 s and 60 s."""
    parts = {"C3": (5.0, 110.0), "EMG": (3.0, 60.0), "Temp": (slow_hz,)}
    signals = []
    for name, frequencies in parts.items():
        times = np.arange(SECONDS * RATES[name]) / RATES[name]
        data = sum(sine(hz, times) for hz in frequencies)
        signals.append(
            edfio.EdfSignal(data, RATES[name], label=name, physical_dimension="uV", physical_range=(-99, 99))
        )
    notes = [edfio.EdfAnnotation(10.25, 20.0, "left"), edfio.EdfAnnotation(60.0, 20.0, "right")]
    folder.mkdir()
    edfio.Edf(signals, data_record_duration=1.0, annotations=notes).write(folder / "a.edf")
    return folder


def store_of(tmp_path: Path, names: list[str], *, sfreq: float | None = 100.0, **signal):
    dataset = reader(tmp_path / "set", subject="file", channels=names, labels={"left": "left", "right": "right"})
    return opened(tmp_path / "_".join(names), dataset, standard(filtered(sfreq=sfreq, h_freq=None, **signal))).store


def test_a_sine_above_half_the_new_rate_is_gone_and_a_slow_one_keeps_amplitude_and_phase(tmp_path):
    write(tmp_path / "set")
    store = store_of(tmp_path, ["EMG", "C3", "Temp"])
    signal = store.shards[0].signal("eeg")
    assert store.form.only.channels == ("EMG", "C3", "Temp")
    assert signal.shape == (3, SECONDS * 100)
    times = np.arange(SECONDS * 100) / 100
    inside = slice(300, -300)  # away from the ends, where the signal goes on in no known way
    for row, hz in ((0, 3.0), (1, 5.0)):
        np.testing.assert_allclose(signal[row, inside], sine(hz, times)[inside], atol=0.1)
    np.testing.assert_allclose(signal[2, 2000:-2000], sine(0.02, times)[2000:-2000], atol=0.1)


def test_a_channel_is_filtered_as_it_is_alone_and_a_band_beyond_its_rate_has_nothing_to_cut(tmp_path):
    write(tmp_path / "set")
    together = store_of(tmp_path, ["C3", "EMG", "Temp"], notch_hz=(50.0, 70.0)).shards[0].signal("eeg")
    for row, (name, notches) in enumerate((("C3", (50.0, 70.0)), ("EMG", (50.0,)), ("Temp", ()))):
        alone = store_of(tmp_path, [name], notch_hz=notches).shards[0].signal("eeg")
        np.testing.assert_allclose(together[row], alone[0], atol=1.0)


def test_labels_lie_where_they_lie_without_the_other_rates(tmp_path):
    write(tmp_path / "set")
    mixed, alone = store_of(tmp_path, ["Temp", "C3"]).table, store_of(tmp_path, ["C3"]).table
    assert mixed[["start_s", "label", "scored"]].equals(alone[["start_s", "label", "scored"]])
    assert mixed.query("scored")["start_s"].tolist()[:2] == [10.25, 12.25]


def test_a_crop_between_two_samples_of_a_slow_channel_displaces_nothing(tmp_path):
    folder = write(tmp_path / "set")
    (folder / "a.csv").write_text("onset,duration,label\n10.25,90.5,N2\n")
    options = {"labels_from": "*.csv", "labels": {"N2": "N2", "W": "W"}, "crop_wake_min": 0.0}
    dataset = reader(folder, subject="file", channels=["C3", "Temp"], **options)
    shard = opened(tmp_path, dataset, standard(filtered(sfreq=100.0, h_freq=None))).store.shards[0]
    assert shard.header.start_s == 10.25
    signal = shard.signal("eeg")[1]
    assert signal.shape == (9050,)
    times = 10.25 + np.arange(9050) / 100
    np.testing.assert_allclose(signal[2000:-2000], sine(0.02, times)[2000:-2000], atol=0.2)


def test_quality_is_judged_as_recorded_at_the_rate_of_each_channel(tmp_path):
    write(tmp_path / "set")
    shard = store_of(tmp_path, ["Temp", "C3"]).shards[0]
    assert shard.header.groups["eeg"].recorded_sfreq == {"Temp": 1.0, "C3": 256.0}
    low, high, _ = shard.quality
    assert low.shape == (2, SECONDS)
    assert (low[0] == high[0]).all()  # one sample a second
    assert (high[1] - low[1] > 50).all()


def test_what_was_resampled_is_told_whether_shards_are_there_or_not(tmp_path, caplog):
    write(tmp_path / "set")
    caplog.set_level(logging.INFO)
    for _ in range(2):
        store_of(tmp_path, ["C3", "Temp"])
    told = [text for text in caplog.messages if "several rates" in text]
    assert (
        told
        == ["Channels of several rates were resampled to 100 Hz in 1 of 1 recordings; in a: 256 Hz C3; 1 Hz Temp."] * 2
    )
    caplog.clear()
    store_of(tmp_path, ["C3"])
    assert not [text for text in caplog.messages if "several rates" in text]


def test_without_a_rate_they_are_refused_with_the_option_unless_one_rate_is_kept(tmp_path):
    write(tmp_path / "set")
    with pytest.raises(
        BadRecordingError, match=r"2 sampling rates \(C3 256 Hz, EMG 128 Hz\); set preprocessing\.signal\.sfreq"
    ):
        store_of(tmp_path, ["C3", "EMG"], sfreq=None)
    store = store_of(tmp_path, ["C3", "EMG"], sfreq=None, channels=("EMG",))
    assert (store.form.only.channels, store.form.only.sfreq) == (("EMG",), 128.0)


def test_the_card_says_which_channels_there_are_and_the_highest_rate(tmp_path):
    card = reader(write(tmp_path / "set"), subject="file").card
    assert (card.channels, card.sfreq) == (("C3", "EMG", "Temp"), 256.0)


@pytest.mark.realdata
def test_a_night_of_sleep_edf_is_read_with_its_muscle_tone_at_one_sample_a_second(tmp_path, shared_data):
    pattern, names = "SC4001E0-PSG.first300s.edf", ["EMG submental", "Fpz-Cz"]
    dataset = reader(shared_data / "sleep-edf", pattern=pattern, subject="file", channels=names, labels_from=None)
    shard = opened(tmp_path, dataset, standard(filtered(sfreq=100.0, h_freq=None), flat_uv=None)).store.shards[0]
    written = {signal.label: signal.data for signal in edfio.read_edf(shared_data / "sleep-edf" / pattern).signals}
    signal = shard.signal("eeg")
    np.testing.assert_allclose(signal[1], written["EEG Fpz-Cz"], atol=1e-3)
    np.testing.assert_allclose(signal[0, ::100], written["EMG submental"], atol=1e-3)


def test_a_high_pass_that_leaves_nothing_of_a_slow_channel_is_refused(tmp_path):
    write(tmp_path / "set")
    with pytest.raises(BadRecordingError, match=r"l_freq=0\.5 Hz is not below half the sampling rate \(0\.5 Hz\)"):
        store_of(tmp_path, ["C3", "Temp"], l_freq=0.5)
