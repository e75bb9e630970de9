"""Subsets of labels have their size, are nested within a draw, and contain the labels that settings are chosen on."""

from itertools import pairwise

import numpy as np
import pytest

from eegbench.probe.label_budget import budgets


def drawn(y, subjects, **changes):
    options = {"n_labels": (1, 3, 10, 30), "n_subjects": (1, 2, 5, 8), "n_draws": 3, "choose_share": 0.2}
    return list(budgets(y, subjects, rng=np.random.default_rng(0), **(options | changes)))


@pytest.fixture
def windows():
    """Return 8 subjects of 40 windows with classes of 0 (half), 1 (a third) and 2 (few)."""
    y = np.random.default_rng(1).choice(3, size=320, p=[0.5, 0.4, 0.1])
    return y, np.repeat([f"s{i}" for i in range(8)], 40)


def test_each_class_has_as_many_labels_as_the_size_or_all_that_it_has(windows):
    y, subjects = windows
    for budget in (one for one in drawn(y, subjects) if one.axis == "labels"):
        both = np.concatenate([budget.fit, budget.choose])
        assert len(set(both)) == len(both) == budget.n_labels
        expected = np.minimum(np.bincount(y), budget.size)
        np.testing.assert_array_equal(np.bincount(y[both], minlength=3), expected)
        np.testing.assert_array_equal(np.bincount(y[budget.choose], minlength=3), expected // 5)


def test_larger_subsets_of_a_draw_contain_the_smaller_ones_in_both_their_parts(windows):
    of_draw = [one for one in drawn(*windows) if one.axis == "labels" and one.draw == 1]
    assert [one.size for one in of_draw] == [1, 3, 10, 30]
    for small, large in pairwise(of_draw):
        assert set(small.fit) <= set(large.fit)
        assert set(small.choose) <= set(large.choose)


def test_draws_differ_and_a_seed_repeats_them(windows):
    first, again = drawn(*windows), drawn(*windows)
    assert all((a.fit == b.fit).all() and (a.choose == b.choose).all() for a, b in zip(first, again, strict=True))
    of_size = [one for one in first if one.axis == "labels" and one.size == 10]
    assert len({tuple(one.fit) for one in of_size}) == 3


def test_all_labels_of_a_number_of_subjects_are_used_and_from_five_on_whole_subjects_choose(windows):
    y, subjects = windows
    for budget in (one for one in drawn(y, subjects) if one.axis == "subjects"):
        fit, choose = set(subjects[budget.fit]), set(subjects[budget.choose])
        assert len(fit | choose) == budget.size
        assert budget.n_labels == 40 * budget.size
        if budget.size >= 5:
            assert not fit & choose
            assert len(choose) == 1
        else:
            counts = np.bincount(y[np.concatenate([budget.fit, budget.choose])], minlength=3)
            np.testing.assert_array_equal(np.bincount(y[budget.choose], minlength=3), counts // 5)


def test_more_subjects_than_train_has_are_all_of_them_and_more_labels_than_a_class_has_are_left_out(windows):
    sizes = {(one.axis, one.size) for one in drawn(*windows, n_labels=(10, 1000), n_subjects=(2, 16, 32))}
    assert sizes == {("labels", 10), ("subjects", 2), ("subjects", 8)}


def test_subjects_with_one_class_alone_are_no_subset():
    y, subjects = np.repeat([0, 0, 1, 1], 10), np.repeat(list("abcd"), 10)
    found = [one for one in drawn(y, subjects, n_labels=(), n_subjects=(1, 2, 4), n_draws=20) if one.axis == "subjects"]
    assert {one.size for one in found} == {2, 4}
    assert all(len(np.unique(y[one.fit])) == 2 for one in found)


def test_without_a_share_to_choose_on_the_probe_is_fitted_to_all(windows):
    assert all(len(one.choose) == 0 for one in drawn(*windows, choose_share=0.0))
