"""Segments are the input samples of outputs, and filters at each position in them give the same as a convolution."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import conv1d, pad

from eegbench.model.kernel.segments import at_each_position, cut, rounded


@settings(max_examples=60, deadline=None)
@given(
    n_signals=st.integers(1, 4),
    n_filters=st.integers(1, 4),
    kernel=st.integers(1, 9),
    positions=st.integers(1, 7),
    more=st.integers(0, 30),
    n_before=st.integers(0, 8),
    n_rows=st.integers(0, 3),
)
def test_products_of_segments_are_the_convolution(
    n_signals, n_filters, kernel, positions, more, n_before, n_rows
) -> None:
    x, weight = torch.randn(n_signals, kernel + more), torch.randn(n_filters, kernel)
    expected = conv1d(pad(x[:, None], (n_before, 0)), weight[:, None]).transpose(1, 2)
    shape = -(-expected.shape[1] // positions), kernel + positions - 1, positions
    segments = cut(x, n_before, shape, torch.float32, n_signals + n_rows)
    assert not segments[n_signals:].any()
    at_each = at_each_position(weight, positions).flatten(0, 1)
    outputs = (segments @ at_each.T).view(n_signals + n_rows, -1, n_filters)[:n_signals, : expected.shape[1]]
    torch.testing.assert_close(outputs, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("n", [1, 7, 8, 31, 486, 512, 1000])
def test_numbers_are_rounded_up_by_an_eighth_at_most(n: int) -> None:
    assert n <= rounded(n) <= 1.125 * n
    assert rounded(rounded(n)) == rounded(n)
