"""Over all folds, every subject is in test once."""

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eegbench.split.subject_kfold import SubjectKfold


def table(n_subjects: int) -> pd.DataFrame:
    return pd.DataFrame(
        [(f"{s:02d}", w % 3) for s in range(n_subjects) for w in range(4)], columns=["subject", "label"]
    )


@settings(deadline=None, max_examples=12)
@given(st.integers(4, 15), st.integers(2, 6), st.integers(0, 99), st.booleans())
def test_every_subject_tests_exactly_once_and_no_fold_shares_subjects(
    n: int, n_folds: int, seed: int, stratify: bool
) -> None:
    n_folds, windows, tested = min(n_folds, n), table(n), Counter()
    for fold in range(n_folds):
        split = SubjectKfold(n_folds=n_folds, fold=fold, n_valid=1, seed=seed, stratify=stratify)
        parts = windows.groupby(split.assign(windows))["subject"].agg(set)
        assert sum(map(len, parts)) == n
        assert len(parts["valid"]) == 1
        assert len(parts["test"]) in (n // n_folds, n // n_folds + 1)
        tested.update(parts["test"])
    assert tested == Counter({f"{s:02d}": 1 for s in range(n)})


@pytest.mark.parametrize(
    ("n_records", "n_folds", "sizes"),
    [(25, 25, {1: 25}), (55, 28, {2: 27, 1: 1}), (62, 31, {2: 31})],
    ids=["DOD-H", "DOD-O", "MASS-SS3"],
)
def test_the_published_folds_test_every_record_once_and_none_is_empty(
    n_records: int, n_folds: int, sizes: dict[int, int]
) -> None:
    windows, tested, chosen = table(n_records), [], set()
    for fold in range(n_folds):
        split = SubjectKfold(n_folds=n_folds, fold=fold, n_valid=0.2, seed=2019, stratify=False)
        parts = windows.groupby(split.assign(windows))["subject"].agg(set)
        assert len(parts["valid"]) == int(0.2 * (n_records - len(parts["test"])) + 0.5)
        assert not parts["test"] & (parts["train"] | parts["valid"])
        tested.append(parts["test"])
        chosen.add(frozenset(parts["valid"]))
        reversed_ = windows.iloc[::-1]  # as another directory order would list them
        pd.testing.assert_series_equal(split.assign(reversed_).sort_index(), split.assign(windows))
    assert Counter(map(len, tested)) == sizes
    assert sorted(subject for fold in tested for subject in fold) == [f"{s:02d}" for s in range(n_records)]
    assert len(chosen) > n_folds // 2  # who chooses is drawn anew in each fold


def test_the_order_of_rows_decides_nothing() -> None:
    windows = table(9)
    split = SubjectKfold(n_folds=3, fold=1, n_valid=0.2, seed=5, stratify=True)
    shuffled = windows.sample(frac=1, random_state=0)
    pd.testing.assert_series_equal(split.assign(shuffled).sort_index(), split.assign(windows))


def test_too_few_subjects_and_folds_that_do_not_exist_get_sentences() -> None:
    with pytest.raises(ValueError, match=r"split\.fold=6: there are 6 folds, so set 0 to 5"):
        SubjectKfold(n_folds=6, fold=6, n_valid=1, seed=0, stratify=False)
    with pytest.raises(ValueError, match=r"split\.n_folds=1: expected at least 2"):
        SubjectKfold(n_folds=1, fold=0, n_valid=1, seed=0, stratify=False)
    with pytest.raises(ValueError, match=r"split\.n_folds=6: there are only 3 subjects; set split\.n_folds=3"):
        SubjectKfold(n_folds=6, fold=0, n_valid=1, seed=0, stratify=False).assign(table(3))
    with pytest.raises(ValueError, match="1 for valid and 1 for test leave none of 2"):
        SubjectKfold(n_folds=2, fold=0, n_valid=1, seed=0, stratify=False).assign(table(2))
