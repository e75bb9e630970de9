import numpy as np
import pytest

from eegbench.figure import critical_difference

NAMES, RANKS = ("a", "b", "c", "d"), np.array([1.5, 2.0, 2.75, 3.75])


def test_groups_stand_at_their_ranks_the_better_half_at_the_left():
    axes = critical_difference(NAMES, RANKS, ((0, 1), (1, 3)), label="mean rank").axes[0]
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert dots == [1.5, 2.0, 2.75, 3.75]
    stems = {line.get_xdata()[0]: line.get_xdata()[-1] for line in axes.lines if line.get_marker() != "o"}
    assert stems == {1.5: 0.85, 2.0: 0.85, 2.75: 4.15, 3.75: 4.15}
    texts = [text.get_text() for text in axes.texts]
    assert texts == ["1", "2", "3", "4", "1.50", "a", "2.00", "b", "2.75", "c", "3.75", "d"]
    assert axes.get_title() == "mean rank"


def test_a_bar_reaches_from_the_first_to_the_last_group_that_it_joins():
    axes = critical_difference(NAMES, RANKS, ((0, 1), (1, 3)), label="").axes[0]
    thick = [one.get_segments()[0] for one in axes.collections if one.get_linewidth()[0] > 2]
    reach = 0.035 * 3
    np.testing.assert_allclose(thick[0][:, 0], [1.5 - reach, 2.0 + reach])
    np.testing.assert_allclose(thick[1][:, 0], [2.0 - reach, 3.75 + reach])
    assert thick[0][0, 1] > thick[1][0, 1]


def test_a_single_group_and_a_wrong_order_are_errors():
    with pytest.raises(ValueError, match="1 groups to rank"):
        critical_difference(("a",), np.ones(1), (), label="")
    with pytest.raises(ValueError, match="best first"):
        critical_difference(("a", "b"), np.array([2.0, 1.0]), (), label="")
