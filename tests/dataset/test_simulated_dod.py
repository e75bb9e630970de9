"""Simulated nights of the Dreem Open Datasets are written once, read like real ones, and have five scorers."""

from pathlib import Path

import numpy as np
import pytest
from h5_files import STAGES

from eegbench import progress
from eegbench.agreement.nights import read_nights
from eegbench.dataset.dod_h import DodH
from eegbench.dataset.dod_o import DodO
from eegbench.dataset.h5_hypnogram import stages_in_file
from eegbench.dataset.simulated_dod import SimulatedDod
from eegbench.score.consensus import consensus, ranking, soft_agreement


@pytest.fixture(autouse=True)
def _one_process(monkeypatch: pytest.MonkeyPatch):
    """Simulate in this process, because starting processes takes longer than half an hour of sleep."""
    monkeypatch.setattr(progress, "n_cores", lambda: 1)


def nights(root: Path, **options) -> SimulatedDod:
    shipped = {"set": "dod_o", "n_subjects": 2, "hours": 0.5, "seed": 7, "channels": None}
    common = {"labels": STAGES, "ignored": ("unscored",), "on_bad_recording": "raise"}
    return SimulatedDod(root=str(root), **{**shipped, **common, **options})


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("dod")


@pytest.mark.parametrize(("name", "kind"), [("dod_h", DodH), ("dod_o", DodO)])
def test_a_night_has_the_channels_and_the_rate_of_its_set(root: Path, name: str, kind):
    dataset = nights(root, set=name, n_subjects=1)
    (recording,) = dataset.recordings()
    raw = dataset.read(recording)
    assert tuple(raw.ch_names) == dataset.card.channels == kind.card.channels
    assert (raw.info["sfreq"], raw.n_times) == (250.0, 0.5 * 3600 * 250)
    kinds = dict(zip(raw.ch_names, raw.get_channel_types(), strict=True))
    assert [kinds.pop(one) for one in ("EMG", "ECG", "EOG1", "EOG2")] == ["emg", "ecg", "eog", "eog"]
    assert set(kinds.values()) == {"eeg"}
    assert set(raw.annotations.description) <= set(STAGES)


def test_derivations_are_differences_of_the_same_electrodes(root: Path):
    dataset = nights(root, n_subjects=1)
    raw = dataset.read_channels(dataset.recordings()[0], ["F3_M2", "O1_M2", "F3_O1", "C3_M2"])
    front, back, between, central = raw.get_data() * 1e6
    assert np.abs(front - back - between).max() < 0.16  # three roundings to 0.1 µV
    assert 3 < central.std() < 60


def test_the_hypnogram_is_the_consensus_of_the_scorers_lists(root: Path):
    dataset = nights(root)
    recordings = dataset.recordings()
    scorers, found = read_nights(dataset.folder / "scorers", {})
    assert scorers == tuple(f"scorer_{i}" for i in range(1, 6))
    assert [night.record for night in found] == [one.id for one in recordings] == ["O00", "O01"]
    for night, recording in zip(found, recordings, strict=True):
        ranked = night.stages[ranking(soft_agreement(night.stages))]
        assert stages_in_file(recording.signal).tolist() == consensus(ranked).stage.tolist()


def test_more_subjects_rewrite_nothing_and_a_lost_night_comes_back_the_same(root: Path):
    first = nights(root, n_subjects=1).recordings()[0].signal
    content, time = first.read_bytes(), first.stat().st_mtime_ns
    assert len(nights(root, n_subjects=2).recordings()) == 2
    assert first.stat().st_mtime_ns == time
    assert len(nights(root, n_subjects=1).recordings()) == 1
    first.unlink()
    assert nights(root, n_subjects=1).recordings()[0].signal.read_bytes() == content


def test_sets_seeds_and_lengths_have_folders_of_their_own(tmp_path: Path):
    several = [nights(tmp_path), nights(tmp_path, set="dod_h"), nights(tmp_path, seed=8), nights(tmp_path, hours=None)]
    assert len({one.folder for one in several}) == 4
    assert len({one.people for one in several}) == 3


def test_the_files_are_read_by_the_reader_of_the_real_set(root: Path, tmp_path: Path):
    dataset = nights(root, n_subjects=1)
    folder = dataset.recordings()[0].signal.parent
    options = {"addresses": (), "cache": str(tmp_path), "records": ("O00",), "hypnograms": None}
    common = {"labels": STAGES, "ignored": ("unscored",), "on_bad_recording": "raise"}
    real = DodO(root=str(folder), channels=DodO.card.channels, **options, **common)
    (recording,) = real.recordings()
    assert real.read(recording).annotations == dataset.read(recording).annotations


@pytest.mark.parametrize(("option", "value"), [("n_subjects", 0), ("n_subjects", 101), ("hours", 0.1), ("seed", -1)])
def test_impossible_values_are_refused(tmp_path: Path, option: str, value: float):
    with pytest.raises(ValueError, match=rf"dataset\.{option}={value}"):
        nights(tmp_path, **{option: value})


def test_a_subset_of_channels_is_read_in_its_order(root: Path):
    dataset = nights(root, n_subjects=1, channels=("EOG1", "C3-M2"))
    assert dataset.read(dataset.recordings()[0]).ch_names == ["EOG1", "C3-M2"]
