"""Prefetched items arrive in order, at most a few are computed in advance, and errors are raised in place."""

import threading

import pytest

from eegbench.store.prefetch import DEPTH, prefetch


def test_results_come_in_order_from_another_thread():
    made_by = set()

    def double(number):
        made_by.add(threading.current_thread())
        return 2 * number

    assert list(prefetch(double, range(9))) == [0, 2, 4, 6, 8, 10, 12, 14, 16]
    assert threading.current_thread() not in made_by


def test_no_more_is_made_than_is_wanted_soon():
    asked = []
    results = prefetch(lambda number: number, (asked.append(number) or number for number in range(50)))
    assert next(results) == 0
    assert len(asked) == DEPTH + 1
    results.close()
    assert len(asked) == DEPTH + 1


def test_an_error_is_raised_where_its_result_is_taken():
    results = prefetch(lambda number: 1 // number, [2, 1, 0, 3])
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)
