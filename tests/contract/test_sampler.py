"""Contract of every sampler in conf/sampler."""

import math

import numpy as np
import pandas as pd
import pytest
from options import CONF, node_of, shipped

from eegbench.config import build
from eegbench.sampler import Sampler


@pytest.fixture(params=shipped("sampler"))
def sampler(request: pytest.FixtureRequest) -> Sampler:
    return build(node_of(CONF / "sampler" / f"{request.param}.yaml"), Sampler)


@pytest.fixture
def table() -> pd.DataFrame:
    """Three recordings of two subjects, on rows 7, 9, 11, … of a store."""
    rng = np.random.default_rng(0)
    parts = [
        pd.DataFrame({"recording": name, "start_s": 4.0 * np.arange(n), "label": rng.integers(-1, 5, n)})
        for name, n in (("s1n1", 700), ("s1n2", 650), ("s2n1", 500))
    ]
    made = pd.concat(parts, ignore_index=True)
    made["rejected"] = rng.random(len(made)) < 0.1
    return made.set_index(pd.Index(7 + 2 * np.arange(len(made))))


def test_a_pass_names_rows_of_the_store_and_a_target_for_each(sampler: Sampler, table: pd.DataFrame) -> None:
    draw = sampler.draw(table, np.random.default_rng(0))
    assert draw.windows.ndim == 2
    assert draw.windows.dtype == np.int64
    assert len(draw.windows) == len(draw.targets) == len(draw) > 0
    assert np.isin(draw.windows[draw.windows != -1], table.index).all()


def test_the_layout_gives_each_view_one_role(sampler: Sampler, table: pd.DataFrame) -> None:
    views = np.arange(sampler.draw(table, np.random.default_rng(0)).windows.shape[1])
    for role in sampler.layout.values():
        assert len(views[role.views]) == math.prod(role.shape)
    assert np.concatenate([views[role.views] for role in sampler.layout.values()]).tolist() == views.tolist()


def test_no_example_crosses_recordings(sampler: Sampler, table: pd.DataFrame) -> None:
    draw = sampler.draw(table, np.random.default_rng(0))
    for example in draw.windows:
        assert table["recording"].loc[example[example != -1]].nunique() == 1


def test_rejected_windows_take_no_part(sampler: Sampler, table: pd.DataFrame) -> None:
    draw = sampler.draw(table, np.random.default_rng(0))
    assert not table["rejected"].loc[draw.windows[draw.windows != -1]].any()


def test_a_draw_is_a_function_of_table_and_generator(sampler: Sampler, table: pd.DataFrame) -> None:
    before = table.copy()
    first = sampler.draw(table, np.random.default_rng([1, 2]))
    sampler.draw(table, np.random.default_rng([1, 3]))
    again = sampler.draw(table, np.random.default_rng([1, 2]))
    assert np.array_equal(first.windows, again.windows)
    assert np.array_equal(first.targets, again.targets)
    pd.testing.assert_frame_equal(table, before)


def test_no_windows_are_refused_with_a_sentence(sampler: Sampler, table: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="window"):
        sampler.draw(table.iloc[:0], np.random.default_rng(0))
