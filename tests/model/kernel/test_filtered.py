"""The bf16 convolution has the gradients of torch's convolution, compared here in float32 to exclude rounding."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from eegbench.model.kernel.filtered import filtered


@settings(max_examples=60, deadline=None)
@given(
    batch=st.integers(1, 3),
    n_rows=st.integers(1, 3),
    n_in=st.integers(1, 4),
    n_filters=st.integers(1, 4),
    kernel=st.integers(1, 9),
    more=st.integers(0, 30),
    padding=st.integers(0, 8),
    seed=st.integers(0, 10_000),
)
def test_outputs_and_gradients_are_those_of_the_convolution(
    batch, n_rows, n_in, n_filters, kernel, more, padding, seed
) -> None:
    torch.manual_seed(seed)
    convolution = nn.Conv2d(n_in, n_filters, (1, kernel), padding=(0, min(padding, kernel - 1)))
    x = torch.randn(batch, n_in, n_rows, kernel + more, requires_grad=True)
    expected, found = convolution(x), filtered(x, convolution)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    to_outputs = torch.randn_like(expected)
    inputs = (x, convolution.weight, convolution.bias)
    for one, other in zip(
        torch.autograd.grad(found, inputs, to_outputs), torch.autograd.grad(expected, inputs, to_outputs), strict=True
    ):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5 * max(1.0, float(other.abs().max())))
