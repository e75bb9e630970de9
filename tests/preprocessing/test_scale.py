"""A channel with a wrong unit is found from its own amplitude, and by comparison with other recordings."""

from pathlib import Path

import pytest
from preprocessing.test_build import filtered, opened, standard
from toy import ToyDataset

from eegbench.dataset import BadRecordingError
from eegbench.preprocessing.grouped import Grouped
from eegbench.preprocessing.quality import check_plausible


class Scaled(ToyDataset):
    """Dataset in which channel B of some recordings is larger or smaller than in the others."""

    def __init__(self, factors: dict[str, float], **options) -> None:
        super().__init__(**options)
        self.factors = factors

    def read(self, recording, *, may_lack_channels=False):
        raw = super().read(recording, may_lack_channels=may_lack_channels).load_data()
        return raw.apply_function(lambda x: x * self.factors.get(recording.id, 1.0), picks=["B"])


def scaled(folder: Path, factors: dict[str, float], n_subjects: int = 5, **options) -> Scaled:
    return Scaled(factors, folder=folder / "toy", n_subjects=n_subjects, **options)


def test_one_channel_of_several_that_is_a_thousand_times_too_large_is_refused_by_name(tmp_path):
    with pytest.raises(
        BadRecordingError, match=r"s3\.txt: within a second EEG varies by .* channel 'B' by .* µV: the unit"
    ):
        opened(tmp_path, scaled(tmp_path, {"s3": 1000.0}))


def test_each_channel_has_bounds_and_one_that_never_moves_is_flat():
    check_plausible({"A": 0.06, "B": 4900.0, "flat": 0.0})
    with pytest.raises(BadRecordingError, match=r"0.05 to 5000 µV, but channel 'B' by 0.04 µV, 'C' by 6e\+03 µV:"):
        check_plausible({"A": 50.0, "B": 0.04, "C": 6000.0})


def test_a_channel_of_any_group_is_checked(tmp_path):
    groups = Grouped(groups={"eeg": filtered(channels=("A",)), "eog": filtered(channels=("B",))}, features_only=())
    with pytest.raises(BadRecordingError, match="channel 'B'"):
        opened(tmp_path, scaled(tmp_path, {"s0": 1000.0}), standard(groups))


def test_a_channel_that_is_flat_all_along_is_no_wrong_unit(tmp_path):
    table = opened(tmp_path, scaled(tmp_path, {"s1": 0.0})).store.table
    assert set(table.loc[table["flat"], "recording"]) == {"s1"}


def test_a_channel_a_hundred_times_smaller_than_in_the_other_recordings_is_refused(tmp_path):
    with pytest.raises(BadRecordingError, match=r"s3\.txt: channel 'B' varies by .* it is 1[45]\d times smaller"):
        opened(tmp_path, scaled(tmp_path, {"s3": 1 / 150}))


def test_a_channel_ninety_times_smaller_than_in_the_other_recordings_is_used(tmp_path):
    assert len(opened(tmp_path, scaled(tmp_path, {"s3": 1 / 90})).recordings) == 5


def test_recordings_of_another_scale_are_skipped_cold_and_warm(tmp_path):
    dataset = scaled(tmp_path, {"s3": 1 / 150}, on_bad_recording="skip")
    for _ in range(2):
        found = opened(tmp_path, dataset)
        assert [one.id for one in found.recordings] == ["s0", "s1", "s2", "s4"]
        (skipped,) = found.skipped
        assert skipped.recording == "s3"
        assert "times smaller" in skipped.reason


def test_of_two_recordings_of_different_scale_the_first_is_named(tmp_path):
    with pytest.raises(BadRecordingError, match=r"s0\.txt: channel 'B' .* times larger, .* where it is wrong"):
        opened(tmp_path, scaled(tmp_path, {"s1": 1 / 150}, n_subjects=2))
