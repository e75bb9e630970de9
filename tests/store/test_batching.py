"""Slices cover every item once and have nearly the same size."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from eegbench.store.batching import distinct_windows, even_parts, examples_of


@given(st.integers(0, 500), st.integers(1, 40))
def test_parts_cover_all_items_in_order_and_differ_by_one_at_most(n, n_parts):
    parts = even_parts(n, n_parts)
    assert [i for part in parts for i in range(n)[part]] == list(range(n))
    sizes = [part.stop - part.start for part in parts]
    assert len(sizes) == n_parts
    assert max(sizes) - min(sizes) <= 1


def test_blocks_stay_whole_and_the_last_may_be_short():
    assert examples_of([slice(0, 2), slice(2, 3)], 4, 10) == [slice(0, 8), slice(8, 10)]


def test_each_window_stands_once_and_absent_views_stay_absent():
    windows = np.array([[7, -1], [3, 7], [-1, -1]])
    distinct, index = distinct_windows(windows)
    assert distinct.tolist() == [3, 7]
    assert index.tolist() == [[1, -1], [0, 1], [-1, -1]]


@given(arrays(np.int64, st.tuples(st.integers(0, 6), st.integers(1, 4)), elements=st.integers(-1, 5)))
def test_positions_lead_back_to_the_windows(windows):
    distinct, index = distinct_windows(windows)
    assert (np.diff(distinct) > 0).all()
    back = np.append(distinct, -1)[index]  # position −1 is the last
    assert np.array_equal(back, windows)
