"""Later times, runs or sessions of the same subjects are for test, and blocks in time keep a gap."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eegbench.split.within_subject import WithinSubject


def within(**options: object) -> WithinSubject:
    given_ = {"by": "time", "n_valid": 0.2, "n_test": 0.2, "valid_names": None, "test_names": None, "gap_s": 30.0}
    return WithinSubject(**(given_ | options))


def recording(name: str, starts: np.ndarray, window_s: float, session: str = "1", run: str = "1") -> pd.DataFrame:
    made = pd.DataFrame({"start_s": starts}).assign(recording=name, subject=name[0], session=session, run=run)
    return made.assign(window_s=window_s, label=0)


def visits(names: str, sessions: tuple[str, ...], runs: tuple[str, ...] = ("1",)) -> pd.DataFrame:
    parts = [
        recording(f"{subject}-{session}-{run}", 30.0 * np.arange(10), 30.0, session, run)
        for subject in names
        for session in sessions
        for run in runs
    ]
    return pd.concat(parts, ignore_index=True)


@settings(deadline=None, max_examples=50)
@given(st.floats(1, 30), st.floats(0.1, 1), st.floats(0, 60), st.sampled_from([(0.2, 0.2), (0.0, 0.3), (0.3, 0.0)]))
def test_windows_of_different_splits_are_further_apart_than_the_gap(
    window_s: float, stride: float, gap_s: float, shares: tuple[float, float]
) -> None:
    starts = np.arange(17.3, 1200, stride * window_s)
    table = pd.concat([recording("a1", starts, window_s), recording("b1", starts + 5, window_s)], ignore_index=True)
    splits = within(n_valid=shares[0], n_test=shares[1], gap_s=gap_s).assign(table)
    for _, part in table.groupby("recording"):
        spans = {
            split: (windows["start_s"].min(), (windows["start_s"] + window_s).max())
            for split, windows in part.groupby(splits)
            if split
        }
        assert set(spans) == {"train"} | {s for s, share in zip(("valid", "test"), shares, strict=True) if share}
        for (_, one), (_, other) in permutations(spans.items(), 2):
            assert other[0] - one[1] >= gap_s - 1e-5 or one[0] - other[1] >= gap_s - 1e-5


def test_time_is_cut_into_train_valid_and_test_in_that_order() -> None:
    splits = within(gap_s=0.0).assign(recording("a1", 30.0 * np.arange(10), 30.0))
    assert splits.tolist() == ["train"] * 6 + ["valid"] * 2 + ["test"] * 2


def test_windows_in_the_gap_belong_to_none() -> None:
    splits = within(gap_s=30.0).assign(recording("a1", 30.0 * np.arange(10), 30.0))
    assert splits.tolist() == ["train"] * 6 + ["", "valid", "", "test"]


def test_each_recording_is_cut_by_itself_so_every_class_is_everywhere() -> None:
    rest, task = (recording(name, 2.0 * np.arange(31), 2.0).assign(label=i) for i, name in enumerate(("a1", "a2")))
    table = pd.concat([rest, task], ignore_index=True)
    splits = within(gap_s=2.0).assign(table)
    assert (table.groupby(splits)["label"].nunique() == 2).all()


def test_a_recording_too_short_for_its_blocks_is_named() -> None:
    with pytest.raises(ValueError, match=r"Recording 'a1' of 62 s has no window in its block for valid.*gap_s"):
        within(gap_s=30.0).assign(recording("a1", 2.0 * np.arange(31), 2.0))


def test_the_last_sessions_test_and_ten_comes_after_two() -> None:
    table = visits("ab", ("1", "2", "10"))
    splits = within(by="session", n_valid=1, n_test=1).assign(table)
    assert dict(zip(table["session"], splits, strict=True)) == {"1": "train", "2": "valid", "10": "test"}


def test_runs_are_ordered_within_sessions() -> None:
    table = visits("a", ("1", "2"), ("1", "2"))
    splits = within(by="run", n_valid=0.25, n_test=0.25).assign(table)
    found = dict(zip(zip(table["session"], table["run"], strict=True), splits, strict=True))
    assert found == {("1", "1"): "train", ("1", "2"): "train", ("2", "1"): "valid", ("2", "2"): "test"}


def test_sessions_can_be_named() -> None:
    table = visits("ab", ("1", "2", "3"))
    splits = within(by="session", valid_names=("1",), test_names=("2",)).assign(table)
    assert dict(zip(table["session"], splits, strict=True)) == {"1": "valid", "2": "test", "3": "train"}


def test_a_subject_with_too_few_sessions_is_named() -> None:
    table = pd.concat([visits("a", ("1", "2", "3")), visits("b", ("1", "2"))], ignore_index=True)
    with pytest.raises(ValueError, match=r"Subject 'b', split\.by=session: 1 for valid and 1 for test .* none of 2"):
        within(by="session", n_valid=1, n_test=1).assign(table)


@pytest.mark.parametrize("by", ["time", "session", "run"])
def test_the_order_of_rows_decides_nothing(by: str) -> None:
    table = visits("ab", ("1", "2", "3"), ("1", "2", "3"))
    split = within(by=by, gap_s=0.0, n_valid=0.3, n_test=0.3)
    shuffled = table.sample(frac=1, random_state=0)
    pd.testing.assert_series_equal(split.assign(shuffled).sort_index(), split.assign(table))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"n_valid": 1}, r"split\.by=time with split\.n_valid=1"),
        ({"n_valid": 0.5, "n_test": 0.5}, "leave some of it for train"),
        ({"gap_s": -1.0}, "no negative gap"),
        ({"test_names": ("2",), "valid_names": ("1",)}, "takes no names"),
        ({"by": "session", "test_names": ("2",)}, "expected both or neither"),
        ({"by": "session", "test_names": ("2",), "valid_names": ("2",)}, "no name in both"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        within(**options)


def test_names_that_do_not_exist_or_leave_nothing_are_refused() -> None:
    table = visits("ab", ("1", "2"))
    with pytest.raises(ValueError, match="there is no session 7; choose from 1, 2"):
        within(by="session", valid_names=("1",), test_names=("7",)).assign(table)
    with pytest.raises(ValueError, match="leave none of 2 for train"):
        within(by="session", valid_names=("1",), test_names=("2",)).assign(table)
