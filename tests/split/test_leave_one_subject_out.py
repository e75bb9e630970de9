"""Over as many folds as subjects, each subject is in test once."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eegbench.split.leave_one_subject_out import LeaveOneSubjectOut


def table(n_subjects: int) -> pd.DataFrame:
    return pd.DataFrame([(f"{s:02d}", w) for s in range(n_subjects) for w in range(3)], columns=["subject", "label"])


@settings(deadline=None, max_examples=25)
@given(st.integers(3, 15), st.integers(0, 99))
def test_every_subject_tests_exactly_once(n: int, seed: int) -> None:
    windows, tested = table(n), []
    for fold in range(n):
        parts = windows.groupby(LeaveOneSubjectOut(fold=fold, n_valid=1, seed=seed).assign(windows))["subject"].agg(set)
        assert sum(map(len, parts)) == n
        assert len(parts["valid"]) == 1
        tested += list(parts["test"])
    assert tested == [f"{s:02d}" for s in range(n)]


def test_the_seed_decides_who_chooses_and_row_order_does_not() -> None:
    windows = table(12)
    splits = [LeaveOneSubjectOut(fold=3, n_valid=0.2, seed=seed).assign(windows) for seed in range(10)]
    assert len({tuple(split) for split in splits}) > 3
    shuffled = windows.sample(frac=1, random_state=0)
    again = LeaveOneSubjectOut(fold=3, n_valid=0.2, seed=0).assign(shuffled).sort_index()
    pd.testing.assert_series_equal(again, splits[0])


def test_folds_that_do_not_exist_and_too_few_subjects_get_sentences() -> None:
    with pytest.raises(ValueError, match=r"split\.fold=18: there are 12 subjects, so set 0 to 11"):
        LeaveOneSubjectOut(fold=18, n_valid=1, seed=0).assign(table(12))
    with pytest.raises(ValueError, match="1 for valid and 1 for test leave none of 2"):
        LeaveOneSubjectOut(fold=0, n_valid=1, seed=0).assign(table(2))
