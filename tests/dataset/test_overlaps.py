"""Annotations do not overlap, and those that were cut are counted."""

import mne
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eegbench.dataset.overlaps import without_overlaps


def cut(*spans):
    onset, duration, description = zip(*spans, strict=True)
    annotations, n_cut = without_overlaps(mne.Annotations(onset, duration, list(description)))
    return [(a["onset"], pytest.approx(a["duration"]), a["description"]) for a in annotations], n_cut


def test_an_annotation_ends_where_the_next_begins():
    assert cut((0, 5, "T0"), (4, 4, "T1"), (8, 2, "T0")) == ([(0, 4, "T0"), (4, 4, "T1"), (8, 2, "T0")], 1)


def test_of_two_that_begin_together_the_first_stays():
    assert cut((0, 4, "T1"), (4, 4, "T2"), (4, 4, "T2")) == ([(0, 4, "T1"), (4, 4, "T2")], 1)


def test_the_rounding_of_decimal_seconds_is_no_overlap():
    assert cut((8.3, 4.2, "T0"), (12.5, 4.1, "T1"), (12.5 + 4.1, 4.2, "T0"))[1] == 0


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9), st.sampled_from(["T0", "T1"])), min_size=1))
def test_what_is_left_lies_one_after_the_other(spans):
    left, n_cut = cut(*spans)
    onsets = [onset for onset, *_ in left]
    assert onsets == sorted({onset for onset, *_ in spans})
    annotations, again = without_overlaps(mne.Annotations(onsets, [d.expected for _, d, _ in left], "T0"))
    assert again == 0
    assert len(annotations) == len(left)
    assert n_cut >= len(spans) - len(left)
