"""Missing channels are interpolated by choice, or the recording is left out."""

import logging
from pathlib import Path

import edfio
import numpy as np
import pytest
from own_recordings import reader, write_edf
from preprocessing.test_build import filtered, opened, standard

from eegbench.dataset import BadRecordingError
from eegbench.dataset.edf import open_edf
from eegbench.preprocessing.recorded import Recorded

TEN_TWENTY = tuple("Fp1 Fp2 F7 F3 Fz F4 F8 T7 C3 Cz C4 T8 P7 P3 Pz P4 P8 O1 O2".split(" "))  # noqa: SIM905
NAMES = ("Fp1", "Fp2", "F3", "F4", "C3", "Cz", "C4", "T3", "P3", "P4")


def write(folder: Path, **names: tuple[str, ...]) -> Path:
    """Write one recording per name, whose channels share a noise and have a little of their own."""
    rng = np.random.default_rng(0)
    common = rng.normal(0, 20, 2000)
    own = {name: rng.normal(0, 1, 2000) for name in (*NAMES, "EOG")}
    for stem, channels in names.items():
        write_edf(folder / f"{stem}.edf", np.stack([common + own[name] for name in channels]), 100.0, names=channels)
    return folder


def lacking(folder: Path, how: str, *, wanted: tuple[str, ...] = NAMES, **options):
    dataset = reader(folder, subject="file", channels=list(wanted), labels_from=None, **options)
    return opened(folder / how, dataset, standard(filtered(channels=wanted, missing_channels=how)))


def test_a_missing_channel_follows_its_neighbours_and_is_told(tmp_path: Path, caplog):
    caplog.set_level(logging.INFO)
    write(tmp_path, a=NAMES, b=tuple(name for name in NAMES if name != "Cz"))
    store = lacking(tmp_path, "interpolate").store
    whole, filled = (shard.signal("eeg") for shard in store.shards)
    assert store.shards[1].header.groups["eeg"].channels == NAMES
    assert np.corrcoef(whole[5], filled[5])[0, 1] > 0.99
    np.testing.assert_array_equal(whole[[0, 9]], filled[[0, 9]])
    assert store.gather(np.arange(len(store))).present is None
    assert np.isfinite(store.shards[1].header.groups["eeg"].positions).all()
    assert "Channel Cz is interpolated in 1 of 2 recordings: b." in caplog.messages


def test_too_few_electrodes_and_channels_without_a_place_are_refused_with_the_remedy(tmp_path: Path):
    write(tmp_path / "few", a=NAMES, b=NAMES[:7])
    remedy = r"Leave the recording out \(.*on_bad_recording=skip\), or set .*missing_channels=mark"
    with pytest.raises(
        BadRecordingError, match=rf"b\.edf: channel T3 is missing .*: 7 electrodes .* expected 8.*{remedy}"
    ):
        lacking(tmp_path / "few", "interpolate")
    write(tmp_path / "eog", a=(*NAMES, "EOG"), b=NAMES)
    with pytest.raises(BadRecordingError, match=r"EOG is not an electrode of the 10-05 system"):
        lacking(tmp_path / "eog", "interpolate", wanted=(*NAMES, "EOG"))
    with pytest.raises(ValueError, match=r"missing_channels=interpolate: needs preprocessing\.signal\.channels"):
        filtered(missing_channels="interpolate")


def test_a_recording_that_lacks_a_channel_is_left_out_by_choice_and_listed(tmp_path: Path):
    write(tmp_path, a=NAMES, b=NAMES[:7])
    for _ in range(2):  # without a shard, and with that of the other one
        left = lacking(tmp_path, "refuse", on_bad_recording="skip")
        assert [one.id for one in left.recordings] == ["a"]
        assert [(one.recording, "no channel 'T3'" in one.reason) for one in left.skipped] == [("b", True)]


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["C3", "Cz", "Pz", "T7"])
def test_an_interpolated_channel_of_a_real_recording_is_like_the_true_one(shared_data: Path, name: str):
    raw = open_edf(shared_data / "eegbci" / "S001R04.edf", channels=TEN_TWENTY).crop(0, 30).load_data()
    steps = filtered(channels=TEN_TWENTY, l_freq=1.0, missing_channels="interpolate")
    true = steps.prepared(Recorded(TEN_TWENTY, (raw.copy(),))).get_data([name])[0]
    found = steps.prepared(Recorded((), (raw.copy().drop_channels([name]),)))
    assert tuple(found.ch_names) == TEN_TWENTY
    filled = found.get_data([name])[0]
    assert np.corrcoef(true, filled)[0, 1] > 0.75
    assert 0.5 < filled.std() / true.std() < 1.5


def test_eyes_and_muscles_take_no_part_in_an_average_reference(tmp_path: Path):
    data = np.random.default_rng(0).normal(0, 20, (3, 2000))
    write_edf(tmp_path / "a.edf", data, 100.0, names=("C3", "C4", "EOG left"))
    written = np.stack([signal.data for signal in edfio.read_edf(tmp_path / "a.edf").signals])
    dataset = reader(tmp_path, subject="file", labels_from=None)
    averaged = standard(filtered(h_freq=None, reference="average"))
    shard = opened(tmp_path, dataset, averaged).store.shards[0]
    assert shard.header.groups["eeg"].kinds == ("eeg", "eeg", "eog")
    written[:2] -= written[:2].mean(axis=0)
    np.testing.assert_allclose(shard.signal("eeg"), written, atol=1e-3)
    only_eyes = standard(filtered(channels=("EOG left",), reference="average"))
    with pytest.raises(BadRecordingError, match="reference=average: none of EOG left is an EEG channel"):
        opened(tmp_path, dataset, only_eyes)
