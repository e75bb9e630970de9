"""Number of cores that a process counts as available."""

from eegbench.progress import limit_cores, n_cores


def test_a_limit_of_cores_holds_until_it_is_taken_away():
    there = n_cores()
    limit_cores(1)
    try:
        assert n_cores() == 1
        limit_cores(there + 5)
        assert n_cores() == there
    finally:
        limit_cores(None)
    assert n_cores() == there
