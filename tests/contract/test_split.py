"""Contract of every split in conf/split."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from options import CONF, node_of, shipped

from eegbench.config import build
from eegbench.split import Split
from eegbench.types import SPLITS


@pytest.fixture(params=shipped("split"))
def node(request: pytest.FixtureRequest) -> dict[str, Any]:
    return node_of(CONF / "split" / f"{request.param}.yaml")


def named(node: dict[str, Any], ending: str) -> set[str]:
    """Return the names in those options of a split that end in a text, such as ``valid_subjects``."""
    return {name for key, names in node.items() if key.endswith(ending) for name in names or ()}


def sets_of(node: dict[str, Any]) -> list[str]:
    """Return the sets that an option names, or two."""
    return [*node["train"], *node["test"]] if {"train", "test"} <= set(node) else ["home", "away"]


@pytest.fixture
def split(node: dict[str, Any]) -> Split:
    return build(node, Split)


@pytest.fixture
def table(node: dict[str, Any]) -> pd.DataFrame:
    """Two nights of each of ten subjects of two sets, some windows unscored or rejected.

    Subjects and sets that the option names are among them.
    """
    rng, sets = np.random.default_rng(0), sets_of(node)
    known = sorted(named(node, "_subjects"))
    subjects = [*(f"a{number}" for number in range(10 - len(known))), *known]
    parts = [
        pd.DataFrame({"start_s": 30.0 * np.arange(40)}).assign(subject=s, session=str(n), recording=f"{s}n{n}")
        for s in subjects
        for n in (1, 2)
    ]
    made = pd.concat(parts, ignore_index=True).assign(run="1", window_s=30.0)
    made["set"] = made["subject"].map({s: sets[i * len(sets) // 10] for i, s in enumerate(subjects)})
    made["label"] = rng.integers(-1, 5, len(made))
    return made.assign(scored=made["label"] >= 0, rejected=rng.random(len(made)) < 0.1)


def test_every_window_gets_a_split_or_none_by_name(split: Split, node: dict[str, Any], table: pd.DataFrame) -> None:
    assigned = split.assign(table)
    assert assigned.index.equals(table.index)
    assert set(assigned) <= {*SPLITS, ""}
    nobody = {name for name in SPLITS if node.get(f"{name}_subjects") == []}
    assert set(assigned) - {""} == set(SPLITS) - nobody


def test_a_split_has_the_fold_that_its_option_names_or_none(split: Split, node: dict[str, Any]) -> None:
    assert split.fold == node.get("fold")


def test_subjects_are_whole_unless_the_split_says_otherwise(split: Split, table: pd.DataFrame) -> None:
    in_splits = table.groupby("subject")["start_s"].agg(lambda rows: split.assign(table)[rows.index].nunique())
    assert split.within_subject == bool((in_splits > 1).any())
    if not split.within_subject:
        assert not (split.assign(table) == "").any()


def test_the_same_table_gives_the_same_split_in_any_order(split: Split, table: pd.DataFrame) -> None:
    before = table.copy()
    shuffled = table.sample(frac=1, random_state=0)
    pd.testing.assert_series_equal(split.assign(shuffled).sort_index(), split.assign(table))
    pd.testing.assert_frame_equal(table, before)


def test_labels_of_windows_and_their_flags_do_not_move_subjects(split: Split, table: pd.DataFrame) -> None:
    other = table.assign(rejected=~table["rejected"], label=0)
    pd.testing.assert_series_equal(split.assign(other), split.assign(table))


def test_too_few_subjects_get_a_sentence(split: Split, table: pd.DataFrame) -> None:
    one = table.iloc[:1]
    with pytest.raises(ValueError, match=r"split\.|subjects"):
        split.assign(one)
