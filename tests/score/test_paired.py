import numpy as np
import pytest
from scipy import stats

from eegbench.score.paired import cohen_dz, detectable_difference, holm, rank_biserial, smallest_p, wilcoxon_p

NAN = float("nan")


def test_six_differences_of_one_sign_give_the_smallest_p_that_six_subjects_can():
    assert wilcoxon_p(np.arange(1.0, 7)) == pytest.approx(2 / 2**6)
    assert smallest_p(6, 1) == 2 / 2**6
    assert smallest_p(6, 15) == pytest.approx(15 / 32)
    assert smallest_p(6, 100) == 1


def test_the_p_value_is_that_of_all_sign_flips():
    differences = np.array([0.3, -0.1, 0.25, 0.4, 0.05, -0.2, 0.6])
    ranks = stats.rankdata(np.abs(differences))
    signs = np.array(np.meshgrid(*[[-1, 1]] * 7)).reshape(7, -1).T
    extreme = np.abs(signs @ ranks) >= abs(np.sign(differences) @ ranks)
    assert wilcoxon_p(differences) == pytest.approx(extreme.mean())


def test_a_zero_difference_splits_its_rank_and_makes_p_larger():
    without, with_zero = np.arange(1.0, 7), np.array([0.0, *np.arange(2.0, 7)])
    assert wilcoxon_p(with_zero) == pytest.approx(4 / 2**6)
    assert wilcoxon_p(without) == pytest.approx(2 / 2**6)
    assert rank_biserial(with_zero) == pytest.approx(20 / 21)
    assert wilcoxon_p(np.zeros(8)) == 1


def test_sums_in_another_order_make_no_difference():
    same = np.full(8, 0.1 + 0.2 - 0.3)  # 5.6e-17
    assert wilcoxon_p(same) == 1
    assert np.isnan(cohen_dz(same))


def test_below_six_subjects_there_is_no_p_and_undefined_ones_do_not_count():
    assert np.isnan(wilcoxon_p(np.array([1.0, 2, 3, 4, 5])))
    assert np.isnan(wilcoxon_p(np.array([1.0, 2, 3, 4, 5, NAN])))
    assert np.isfinite(wilcoxon_p(np.array([1.0, 2, 3, 4, 5, 6, NAN])))


def test_holm_is_that_of_hand():
    # 0.01 × 4, 0.02 × 3, max(0.03 × 2, 0.06), max(0.04, 0.06)
    np.testing.assert_allclose(holm(np.array([0.04, 0.01, NAN, 0.03, 0.02])), [0.06, 0.04, NAN, 0.06, 0.06])
    np.testing.assert_array_equal(holm(np.array([0.9, 0.8])), [1, 1])
    assert len(holm(np.array([]))) == 0


def test_the_rank_biserial_correlation_is_the_share_of_ranks_for_less_those_against():
    # ranks of |d|: 4 (+), 1 (−), 3 (+), 2 (−)
    assert rank_biserial(np.array([0.4, -0.1, 0.3, -0.2])) == pytest.approx((4 + 3 - 1 - 2) / 10)
    assert rank_biserial(np.array([1.0, 2, NAN])) == 1
    assert rank_biserial(np.array([-1.0, 1.0])) == 0
    assert rank_biserial(np.zeros(3)) == 0
    assert np.isnan(rank_biserial(np.array([NAN])))


def test_d_z_is_the_mean_in_standard_deviations():
    assert cohen_dz(np.array([1.0, 2, 3, NAN])) == pytest.approx(2.0)
    assert np.isnan(cohen_dz(np.array([1.0])))


@pytest.mark.parametrize(("n", "alpha"), [(6, 0.05), (12, 0.05), (12, 0.05 / 6), (40, 0.01)])
def test_the_detectable_difference_is_found_in_four_of_five_samples(n, alpha):
    rng = np.random.default_rng(5)
    observed = rng.standard_normal(n)
    found = detectable_difference(observed, alpha)
    samples = rng.standard_normal((2000, n)) * observed.std(ddof=1) + found
    significant = np.mean([wilcoxon_p(sample) <= alpha for sample in samples[:400]])
    assert 0.72 < significant < 0.88


def test_more_subjects_detect_a_smaller_difference_and_more_tests_need_a_larger_one():
    spread = np.resize([-1.0, 1.0], 40)
    by_n = [detectable_difference(spread[:n], 0.05) for n in (8, 12, 20, 40)]
    assert by_n == sorted(by_n, reverse=True)
    assert detectable_difference(spread[:12], 0.05 / 10) > by_n[1]


def test_nothing_can_be_detected_where_no_p_can_be_low_enough_or_nothing_varies():
    assert np.isnan(detectable_difference(np.array([0.1, 0.2, 0.3, -0.1, 0.2, 0.4]), 0.05 / 3))  # the lowest p is 0.031
    assert np.isnan(detectable_difference(np.array([0.1, 0.2, 0.3, -0.1, 0.2]), 0.05))
    assert np.isnan(detectable_difference(np.full(8, 0.1), 0.05))
