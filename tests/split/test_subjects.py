"""Sizes are numbers or fractions, and a stratified division is closer to all labels than a plain one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eegbench.split.subjects import check_rest, divide, label_counts, number


@pytest.mark.parametrize(
    ("size", "n", "expected"),
    [(3, 10, 3), (0, 10, 0), (0.2, 10, 2), (0.25, 10, 3), (0.01, 10, 1), (0.0, 10, 0), (0.5, 5, 3)],
)
def test_whole_numbers_count_and_shares_are_rounded_but_never_to_none(size: int | float, n: int, expected: int) -> None:
    assert number(size, n, option="split.n_test") == expected


@pytest.mark.parametrize("size", [-1, 1.0, -0.1, float("nan")])
def test_other_sizes_are_refused(size: int | float) -> None:
    with pytest.raises(ValueError, match=r"split\.n_test=.*expected a number of subjects"):
        number(size, 10, option="split.n_test")


def test_sizes_that_leave_nobody_are_refused_with_the_numbers() -> None:
    with pytest.raises(ValueError, match="Subjects: 1 for valid and 2 for test leave none of 3 for train"):
        check_rest(1, 2, 3, who="Subjects")


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 8), st.integers(0, 8), st.integers(0, 999))
def test_groups_are_disjoint_and_as_large_as_asked(first: int, second: int, seed: int) -> None:
    subjects = [f"{i:02d}" for i in range(20)]
    groups = divide(subjects, [first, second], np.random.default_rng(seed), None)
    assert [len(group) for group in groups] == [first, second]
    assert len(set(groups[0]) | set(groups[1])) == first + second


def test_a_stratified_division_has_label_shares_near_those_of_all() -> None:
    subjects = [f"{i:02d}" for i in range(24)]
    shares = np.random.default_rng(0).dirichlet([0.5, 0.5, 0.5], size=24)
    labels = pd.DataFrame((100 * shares).round().astype(int), index=subjects)
    overall = labels.sum() / labels.sum().sum()

    def imbalance(chosen: pd.DataFrame | None, seed: int) -> float:
        (group,) = divide(subjects, [6], np.random.default_rng(seed), chosen)
        part = labels.loc[group].sum()
        return float((part / part.sum() - overall).abs().sum())

    plain, stratified = (np.mean([imbalance(kind, seed) for seed in range(10)]) for kind in (None, labels))
    assert stratified < plain / 3


def test_subjects_without_labels_count_zero_and_none_at_all_is_an_error() -> None:
    table = pd.DataFrame({"subject": ["b", "a", "a"], "label": [-1, 0, 2]})
    assert label_counts(table).to_numpy().tolist() == [[1, 1], [0, 0]]
    with pytest.raises(ValueError, match=r"set split\.stratify=false"):
        label_counts(table.assign(label=-1))
