"""Computed receptive fields and strides agree with torch's outputs."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from eegbench.model.receptive_field import fewest_samples, receptive_field, sliding, steps_left, total_stride

SIZES = st.lists(
    st.tuples(st.integers(1, 6), st.integers(1, 3), st.integers(0, 2), st.integers(1, 3)), min_size=1, max_size=4
)


def convolutions(sizes) -> nn.Sequential:
    return nn.Sequential(*(nn.Conv1d(1, 1, k, stride=s, padding=p, dilation=d) for k, s, p, d in sizes))


def shrinks_to_nothing(network: nn.Module, n_times: int) -> bool:
    try:
        return network(torch.zeros(1, 1, n_times)).shape[2] == 0
    except RuntimeError:
        return True


@settings(max_examples=60, deadline=None)
@given(SIZES, st.integers(0, 60))
def test_steps_left_are_those_that_torch_leaves(sizes, more) -> None:
    network = convolutions(sizes)
    fewest = fewest_samples(network, 1)
    found = network(torch.zeros(1, 1, fewest + more)).shape[2]
    assert steps_left(network, fewest + more) == found >= 1
    assert fewest == 1 or (steps_left(network, fewest - 1) == 0 and shrinks_to_nothing(network, fewest - 1))


@settings(max_examples=60, deadline=None)
@given(SIZES, st.integers(1, 3))
def test_outputs_depend_on_a_receptive_field_and_move_by_the_total_stride(sizes, n_outputs) -> None:
    network = convolutions([(k, s, 0, d) for k, s, _, d in sizes])
    for layer in network:
        nn.init.ones_(layer.weight)
    field, stride = receptive_field(network, n_outputs), total_stride(network)
    assert field == fewest_samples(network, n_outputs)
    x = torch.zeros(1, 1, field + stride, requires_grad=True)
    network(x)[0, 0, 1 : 1 + n_outputs].sum().backward()
    touched = x.grad[0, 0].nonzero().flatten()
    assert (touched.min(), touched.max()) == (stride, stride + field - 1)


def test_a_kernel_slides_with_time_as_the_fastest_axis() -> None:
    x = torch.arange(12.0).view(1, 2, 6)
    assert sliding(x, 2, 3).tolist() == [[[0, 3, 6, 9], [1, 4, 7, 10], [2, 5, 8, 11]]]
    assert sliding(x, 1, 1).tolist() == [[[at, 6 + at] for at in range(6)]]
