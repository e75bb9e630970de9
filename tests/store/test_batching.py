"""Parts cover everything once and are of nearly the same size."""

from hypothesis import given
from hypothesis import strategies as st

from eegbench.store.batching import even_parts


@given(st.integers(0, 500), st.integers(1, 40))
def test_parts_cover_all_items_in_order_and_differ_by_one_at_most(n, n_parts):
    parts = even_parts(n, n_parts)
    assert [i for part in parts for i in range(n)[part]] == list(range(n))
    sizes = [part.stop - part.start for part in parts]
    assert len(sizes) == n_parts
    assert max(sizes) - min(sizes) <= 1
