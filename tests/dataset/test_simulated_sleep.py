"""Simulated nights are written once, and read like real ones."""

from pathlib import Path

import numpy as np
import pytest

from eegbench import progress
from eegbench.dataset.simulated_sleep import SimulatedSleep
from eegbench.dataset.simulation import Version

LABELS = {
    f"Sleep stage {letter}": stage for letter, stage in zip("W1234R", ("W", "N1", "N2", "N3", "N3", "R"), strict=True)
}


@pytest.fixture(autouse=True)
def _one_process(monkeypatch: pytest.MonkeyPatch):
    """Simulate in this process, because starting processes takes longer than an hour of sleep."""
    monkeypatch.setattr(progress, "n_cores", lambda: 1)


def nights(
    root: Path,
    *,
    n_subjects: int = 2,
    n_nights: int = 1,
    hours: float = 1.0,
    seed: int = 7,
    version: Version = 2,
) -> SimulatedSleep:
    return SimulatedSleep(
        version=version,
        n_subjects=n_subjects,
        n_nights=n_nights,
        hours=hours,
        seed=seed,
        root=str(root),
        labels=LABELS,
        ignored=("Sleep stage ?", "Movement time"),
        on_bad_recording="raise",
    )


def test_a_night_reads_as_the_card_says(tmp_path: Path):
    dataset = nights(tmp_path)
    recordings = dataset.recordings()
    assert [(r.id, r.subject, r.session) for r in recordings] == [("SC4001E0", "00", "1"), ("SC4011E0", "01", "1")]
    raw = dataset.read(recordings[0])
    assert tuple(raw.ch_names) == dataset.card.channels
    assert raw.info["sfreq"] == dataset.card.sfreq
    assert 5e-6 < raw.get_data().std() < 60e-6
    assert set(raw.annotations.description) <= {*LABELS, *dataset.ignored}


def test_age_and_sex_are_known(tmp_path: Path):
    listed = nights(tmp_path).recordings()
    assert len(listed) == 2
    for recording in listed:
        assert 25 <= recording.facts["age"] <= 101
        assert recording.facts["sex"] in ("F", "M")


def test_classes_are_in_order_of_depth(tmp_path: Path):
    assert nights(tmp_path).classes == ("W", "N1", "N2", "N3", "R")


def test_more_subjects_and_nights_rewrite_nothing(tmp_path: Path):
    before = {r.signal: r.signal.stat().st_mtime_ns for r in nights(tmp_path).recordings()}
    after = nights(tmp_path, n_subjects=3, n_nights=2).recordings()
    assert len(after) == 6
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    assert {r.signal for r in nights(tmp_path).recordings()} == set(before)


def test_a_night_that_was_lost_comes_back_the_same(tmp_path: Path):
    path = nights(tmp_path).recordings()[1].signal
    content = path.read_bytes()
    path.unlink()
    assert nights(tmp_path).recordings()[1].signal.read_bytes() == content


def test_version_1_has_the_folder_that_it_always_had(tmp_path: Path):
    assert nights(tmp_path, seed=7, hours=5.0, version=1).folder.name == "831fa89cd1c8"


def test_the_two_versions_are_never_mixed_up(tmp_path: Path):
    old, new = nights(tmp_path, n_subjects=1, version=1), nights(tmp_path, n_subjects=1, version=2)
    assert old.folder != new.folder
    assert old.read_settings != new.read_settings  # a shard's identity
    assert old.people == new.people  # the same sleepers
    first, other = (dataset.read(dataset.recordings()[0]) for dataset in (old, new))
    assert first.annotations.duration.sum() == other.annotations.duration.sum()
    assert not np.array_equal(first.get_data(), other.get_data())


@pytest.mark.slow
def test_other_seeds_and_lengths_are_other_nights_in_other_folders(tmp_path: Path):
    sets = [nights(tmp_path), nights(tmp_path, seed=8), nights(tmp_path, hours=1.5)]
    assert len({dataset.folder for dataset in sets}) == 3
    first, other, _ = (dataset.read(dataset.recordings()[0]).get_data() for dataset in sets)
    n = min(first.shape[1], other.shape[1])
    assert abs(np.corrcoef(first[0, :n], other[0, :n])[0, 1]) < 0.1


@pytest.mark.parametrize(
    ("option", "value"), [("n_subjects", 0), ("n_subjects", 101), ("n_nights", 10), ("hours", 0.5), ("seed", -1)]
)
def test_impossible_values_get_a_sentence(tmp_path: Path, option: str, value: float):
    with pytest.raises(ValueError, match=rf"dataset\.{option}={value}"):
        nights(tmp_path, **{option: value})
