"""Hold-out of subjects by number, fraction or name."""

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from eegbench.split.subject_holdout import SubjectHoldout


def holdout(**options: object) -> SubjectHoldout:
    given_ = {"n_valid": 1, "n_test": 1, "n_train": None, "seed": 0, "stratify": False}
    given_ |= {"valid_subjects": None, "test_subjects": None}
    return SubjectHoldout(**(given_ | options))


def table(n_subjects: int, n_windows: int = 6) -> pd.DataFrame:
    rows = [(f"{s:02d}", f"{s:02d}-{w % 2}", w % 3) for s in range(n_subjects) for w in range(n_windows)]
    return pd.DataFrame(rows, columns=["subject", "recording", "label"])


def who(split: SubjectHoldout, windows: pd.DataFrame) -> dict[str, set[str]]:
    found = split.assign(windows)
    return {name: set(windows["subject"][found == name]) for name in ("train", "valid", "test")}


@settings(deadline=None, max_examples=50)
@given(st.integers(3, 20), st.integers(0, 3), st.floats(0, 0.4), st.integers(0, 99), st.booleans())
def test_every_subject_is_in_one_split_and_splits_are_as_large_as_asked(
    n: int, n_valid: int, share: float, seed: int, stratify: bool
) -> None:
    assume(n_valid + share * n + 1 < n)
    found = who(holdout(n_valid=n_valid, n_test=share, seed=seed, stratify=stratify), table(n))
    n_test = len(found["test"])
    assert len(found["valid"]) == n_valid
    assert n_test == 0 if share == 0 else n_test == 1 or abs(n_test - share * n) <= 0.5
    assert n_test > 0 or share == 0
    assert sum(map(len, found.values())) == n
    assert len(set.union(*found.values())) == n


def test_the_order_of_rows_decides_nothing_and_the_index_is_kept() -> None:
    windows = table(10)
    shuffled = windows.sample(frac=1, random_state=1)
    for stratify in (False, True):
        split = holdout(n_valid=0.2, n_test=0.3, stratify=stratify)
        pd.testing.assert_series_equal(split.assign(shuffled).sort_index(), split.assign(windows))


def test_the_seed_decides_who_is_drawn() -> None:
    drawn = {frozenset(who(holdout(seed=seed), table(10))["test"]) for seed in range(20)}
    assert len(drawn) > 3


def test_subjects_can_be_named_as_the_tutorial_has_them() -> None:
    found = who(holdout(valid_subjects=("00",), test_subjects=("01",)), table(3))
    assert found == {"train": {"02"}, "valid": {"00"}, "test": {"01"}}


def test_with_a_named_test_set_the_valid_one_is_drawn_from_the_others() -> None:
    for seed in range(10):
        found = who(holdout(n_valid=0.3, test_subjects=("03", "04"), seed=seed), table(10))
        assert found["test"] == {"03", "04"}
        assert len(found["valid"]) == 3


@pytest.mark.parametrize(
    ("sizes", "n_held_out", "n_subjects"),
    [((1, 2, 3, 5, 7, 9, 12, 15, 19), 3, 25), ((1, 2, 3, 5, 7, 9, 12, 15, 19, 25, 30), 5, 55)],
    ids=["DOD-H", "DOD-O"],
)
@pytest.mark.parametrize("stratify", [False, True])
def test_the_published_sizes_of_train_are_nested_and_all_have_the_same_valid_and_test(
    sizes: tuple[int, ...], n_held_out: int, n_subjects: int, stratify: bool
) -> None:
    windows, smaller, held_out = table(n_subjects), set(), set()
    for n_train in sizes:
        split = holdout(n_valid=n_held_out, n_test=n_held_out, n_train=n_train, seed=4, stratify=stratify)
        found = who(split, windows)
        assert len(found["train"]) == n_train
        assert smaller < found["train"]
        smaller = found["train"]
        held_out.add((frozenset(found["valid"]), frozenset(found["test"])))
    ((valid, test),) = held_out
    assert (len(valid), len(test)) == (n_held_out, n_held_out)
    assert not valid & test
    assert not smaller & (valid | test)


def test_whom_a_number_of_train_leaves_out_is_in_no_split() -> None:
    windows = table(8)
    assert windows["subject"][holdout(n_train=3).assign(windows) == ""].nunique() == 3
    assert not (holdout(n_train=6).assign(windows) == "").any()


def test_seeds_draw_other_trainers_too() -> None:
    drawn = {frozenset(who(holdout(n_train=1, seed=seed), table(10))["train"]) for seed in range(20)}
    assert len(drawn) > 3


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"n_train": 2}, "split.n_train=2: 2 of 3 subjects are to train, and valid and test leave 1; set 1 to 1"),
        ({"n_train": 0}, "split.n_train=0: 0 of 3 subjects are to train"),
        ({"test_subjects": ("99",)}, r"split\.test_subjects: there is no subject 99; choose from 00, 01, 02"),
        ({"test_subjects": ("01",), "valid_subjects": ("01",)}, "both name 01"),
        ({"n_test": 3}, "1 for valid and 3 for test leave none of 3"),
        ({"n_test": 1.5}, r"split\.n_test=1\.5"),
    ],
)
def test_what_cannot_be_split_so_is_refused(options: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        holdout(**options).assign(table(3))
