import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eegbench.sampler.stretch import Stretch, sequences, stretches
from eegbench.store.padding import padding_columns
from eegbench.types import UNSCORED


def table(n_windows=(20, 13), *, rejected=(), unscored=(), gaps=(), first_row=100):
    """Return windows of 30 s of two recordings; a gap of a minute comes before the rows in ``gaps``."""
    rows = pd.concat(
        [pd.DataFrame({"recording": f"r{i}", "start_s": 30.0 * np.arange(n)}) for i, n in enumerate(n_windows)],
        ignore_index=True,
    )
    rows.index = first_row + np.arange(len(rows))
    for row in gaps:
        later = (rows.index >= row) & (rows["recording"] == rows.loc[row, "recording"])
        rows.loc[later, "start_s"] += 60.0
    rows["label"] = np.where(rows.index.isin(unscored), UNSCORED, rows.index % 5)
    rows["rejected"] = rows.index.isin(rejected)
    return rows


def stretch(**changes):
    return Stretch(**({"length": 5, "every": 1, "ends": "within", "block": 1} | changes))


def test_a_sequence_holds_windows_that_follow_each_other_in_one_recording():
    drawn = stretch().draw(table(), np.random.default_rng(0))
    assert drawn.windows.shape == (16 + 9, 5)
    assert (np.diff(drawn.windows) == 1).all()
    assert not ((drawn.windows[:, 0] < 120) & (drawn.windows[:, -1] >= 120)).any()
    assert (drawn.targets == drawn.windows % 5).all()
    assert len(np.unique(drawn.windows[:, 0])) == 25


def test_a_gap_parts_a_recording():
    found = [rows.tolist() for rows in stretches(table(gaps=(107,)))]
    assert [(rows[0], rows[-1]) for rows in found] == [(100, 106), (107, 119), (120, 132)]


def test_rejected_windows_are_absent_and_unscored_ones_have_no_label():
    drawn = stretch(every=5).draw(table((10,), rejected=(103,), unscored=(105,)), np.random.default_rng(0))
    by_first = dict(zip(drawn.windows[:, 0].tolist(), zip(drawn.windows, drawn.targets, strict=True), strict=True))
    windows, targets = by_first[100]
    assert windows.tolist() == [100, 101, 102, -1, 104]
    assert targets.tolist() == [0, 1, 2, UNSCORED, 4]
    assert by_first[105][1].tolist() == [UNSCORED, 1, 2, 3, 4]


def test_a_short_recording_gives_one_sequence_with_absent_places():
    assert sequences(table((3,)), 5, 1, is_centred=False).tolist() == [[100, 101, 102, -1, -1]]


def test_every_window_is_the_middle_of_a_sequence_where_places_beyond_the_ends_are_absent():
    drawn = stretch(ends="absent").draw(table((6, 2)), np.random.default_rng(0))
    by_middle = {int(row[2]): row.tolist() for row in drawn.windows}
    assert sorted(by_middle) == list(range(100, 108))
    assert by_middle[100] == [-1, -1, 100, 101, 102]
    assert by_middle[103] == [101, 102, 103, 104, 105]
    assert by_middle[107] == [-1, 106, 107, -1, -1]
    assert (drawn.targets == np.where(drawn.windows < 0, UNSCORED, drawn.windows % 5)).all()


def test_centred_sequences_of_a_larger_step_end_with_the_last_window_in_the_middle():
    assert sequences(table((6,)), 3, 2, is_centred=True)[:, 1].tolist() == [100, 102, 104, 105]


def test_sequences_without_any_label_are_left_out_and_none_at_all_is_an_error():
    drawn = stretch(every=5).draw(table((10,), unscored=range(105, 110)), np.random.default_rng(0))
    assert drawn.windows.tolist() == [[100, 101, 102, 103, 104]]
    with pytest.raises(ValueError, match="None of 10 windows has a label"):
        stretch().draw(table((10,), unscored=range(100, 110)), np.random.default_rng(0))


@given(st.integers(1, 40), st.integers(0, 6), st.integers(1, 12))
def test_every_window_stands_in_a_sequence(n, half, every):
    length = 2 * half + 1
    found = sequences(table((n,)), length, every, is_centred=False)
    assert found.shape[1] == length
    assert set(found[found >= 0].tolist()) == set(range(100, 100 + n)) or every > length
    assert found[-1][found[-1] >= 0][-1] == 99 + n


def test_blocks_of_neighbours_stay_together_and_what_is_left_over_comes_last():
    drawn = stretch(block=4).draw(table((21,)), np.random.default_rng(0))
    first = drawn.windows[:, 0]
    assert drawn.block == 4
    assert (np.diff(first[:16].reshape(4, 4)) == 1).all()
    assert first[16:].tolist() == [116]
    assert sorted(first.tolist()) == list(range(100, 117))


def test_the_generator_decides_the_order():
    one, same, other = (stretch().draw(table(), np.random.default_rng(seed)).windows for seed in (0, 0, 1))
    assert (one == same).all()
    assert (one != other).any()


@pytest.mark.parametrize("changes", [{"length": 4}, {"length": 10}])
def test_impossible_sizes_are_refused(changes):
    with pytest.raises(ValueError, match=rf"sampler\.{next(iter(changes))}="):
        stretch(**changes)


def padded(n_windows=2, **options):
    """Return two recordings of a store's rows from 0 on, with windows of padding on each side."""
    whole = table(first_row=0, **options)
    return padding_columns(whole.assign(shard=(whole["recording"] == "r1").astype(int)), n_windows)


def test_padding_stands_before_the_first_and_after_the_last_window_of_a_recording():
    first, second = stretches(padded())
    assert first.tolist() == [33, 33, *range(20), 34, 34]
    assert second.tolist() == [35, 35, *range(20, 33), 36, 36]


def test_a_gap_has_no_padding_and_a_rejected_end_has():
    found = [rows.tolist() for rows in stretches(padded(1, gaps=(7,), rejected=(0, 32)))]
    assert found == [[33, -1, *range(1, 7)], [*range(7, 20), 34], [35, *range(20, 32), -1, 36]]


def test_a_part_of_a_recording_has_padding_only_where_the_recording_ends():
    later = padded().iloc[5:20]
    assert [rows.tolist() for rows in stretches(later)] == [[*range(5, 20), 34, 34]]


def test_sequences_around_padding_are_not_drawn_and_padding_has_no_label():
    drawn = stretch().draw(padded(3), np.random.default_rng(0))
    assert sorted(drawn.windows[:, 2]) == list(range(33))
    by_middle = {int(row[2]): (row.tolist(), y.tolist()) for row, y in zip(drawn.windows, drawn.targets, strict=True)}
    assert by_middle[0] == ([33, 33, 0, 1, 2], [UNSCORED, UNSCORED, 0, 1, 2])
    assert by_middle[31] == ([29, 30, 31, 32, 36], [4, 0, 1, 2, UNSCORED])


@given(st.integers(1, 12), st.integers(0, 3), st.integers(0, 5))
def test_every_window_stands_in_as_many_sequences_as_these_have_places_with_enough_padding(n, half, more):
    length = 2 * half + 1
    whole = padding_columns(table((n,), first_row=0).assign(shard=0), length - 1 + more)
    found = sequences(whole, length, 1, is_centred=False)
    assert (np.bincount(found.ravel(), minlength=n + 2)[:n] == length).all()


def test_paddings_around_each_other_are_one_of_their_sum():
    once, twice = (next(iter(stretches(padding_columns(table((4,), first_row=0).assign(shard=0), n)))) for n in (2, 5))
    assert np.pad(once, 3, mode="edge").tolist() == twice.tolist()
