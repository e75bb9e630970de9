import numpy as np
import pytest
from scipy import stats

from eegbench.score.rank import average_ranks, bars, friedman_p, ranking


def apart(n, *pairs):
    separated = np.zeros((n, n), dtype=bool)
    for i, j in pairs:
        separated[i, j] = separated[j, i] = True
    return separated


def test_the_greatest_value_ranks_first_and_equals_share_their_ranks():
    values = np.array([[0.9, 0.5, 0.7], [0.8, 0.5, 0.6], [0.1, 0.4, 0.9]])
    np.testing.assert_allclose(average_ranks(values), [(1 + 1.5 + 2) / 3, (2 + 1.5 + 3) / 3, (3 + 3 + 1) / 3])


def test_friedmans_test_is_that_of_scipy_and_equals_are_alike(rng):
    values = rng.random((4, 9))
    assert friedman_p(values) == pytest.approx(stats.friedmanchisquare(*values).pvalue)
    assert friedman_p(np.ones((3, 6))) == 1


def test_a_bar_joins_the_longest_stretches_that_no_test_parts():
    assert bars(apart(4)) == ((0, 3),)
    assert bars(apart(4, (0, 3))) == ((0, 2), (1, 3))
    assert bars(apart(4, (0, 1), (0, 2), (0, 3), (1, 3))) == ((1, 2), (2, 3))
    assert bars(apart(3, (0, 1), (0, 2), (1, 2))) == ()
    assert bars(apart(5, (1, 2))) == ((0, 1), (2, 4))  # no bar passes over a pair that differs


def test_a_ranking_is_in_the_order_of_ranks_and_so_are_its_bars():
    base = np.linspace(0.3, 0.6, 8)
    found = ranking(("worst", "best", "middle"), np.stack([base, base + 0.2, base + 0.1]), apart(3, (0, 1), (0, 2)))
    assert found.names == ("best", "middle", "worst")
    np.testing.assert_array_equal(found.ranks, [1, 2, 3])
    assert found.bars == ((0, 1),)
    assert found.n == 8
    assert found.p < 0.001


def test_subjects_without_a_value_are_left_out_and_below_six_or_three_groups_nothing_is_ranked(rng):
    values = rng.random((3, 7))
    values[1, 2] = np.nan
    assert ranking(("a", "b", "c"), values, apart(3)).n == 6
    values[0, 3] = np.nan
    assert ranking(("a", "b", "c"), values, apart(3)) is None
    assert ranking(("a", "b"), rng.random((2, 9)), apart(2)) is None
