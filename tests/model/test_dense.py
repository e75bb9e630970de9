"""Strides become dilation: there is an output at every shift, equal to that of a separate window."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from eegbench.model.dense import DilatedMean, dense
from eegbench.model.receptive_field import receptive_field, total_stride

LAYERS = st.lists(
    st.tuples(st.sampled_from(["convolution", "max", "mean"]), st.integers(1, 4), st.integers(1, 3)),
    min_size=1,
    max_size=5,
)
MADE = {
    "convolution": lambda kernel, stride: nn.Conv2d(2, 2, (1, kernel), stride=(1, stride)),
    "max": lambda kernel, stride: nn.MaxPool2d((1, kernel), stride=(1, stride)),
    "mean": lambda kernel, stride: nn.AvgPool2d((1, kernel), stride=(1, stride)),
}


def network(layers, seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(*(nn.Sequential(MADE[kind](kernel, stride), nn.ELU()) for kind, kernel, stride in layers))


def windows(x: Tensor, length: int) -> Tensor:
    """Return all windows of a length, one by one (n, 2, 1, length)."""
    return x.unfold(3, length, 1)[0].permute(2, 0, 1, 3)


@settings(max_examples=40, deadline=None)
@given(layers=LAYERS, more=st.integers(0, 40), seed=st.integers(0, 1000))
def test_every_answer_is_that_of_the_window_that_begins_there(layers, more, seed) -> None:
    strided = network(layers, seed)
    field = receptive_field(strided)
    x = torch.randn(1, 2, 1, field + more)
    answers = dense(strided)(x)
    assert answers.shape[3] == more + 1
    torch.testing.assert_close(answers[0, :, 0].T, strided(windows(x, field))[..., 0, 0], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(answers[..., :: total_stride(strided)], strided(x), rtol=1e-5, atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(layers=LAYERS, seed=st.integers(0, 1000))
def test_gradients_of_the_weights_are_those_of_all_windows(layers, seed) -> None:
    strided = network(layers, seed)
    spread = dense(strided)
    field = receptive_field(strided)
    x = torch.randn(1, 2, 1, field + 7)
    x.requires_grad_()  # there may be no weight
    spread(x).square().sum().backward()
    strided(windows(x, field)).square().sum().backward()
    for one, other in zip(spread.parameters(), strided.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-4, atol=1e-4)


def test_the_strided_network_stays_as_it_was_and_names_of_weights_too() -> None:
    strided = network([("convolution", 3, 2), ("max", 2, 2)], seed=0)
    spread = dense(strided)
    assert strided[0][0].stride == (1, 2)
    assert list(spread.state_dict()) == list(strided.state_dict())
    assert spread[0][0].weight is not strided[0][0].weight


def test_layers_of_one_axis_are_spread_too() -> None:
    strided = nn.Sequential(nn.Conv1d(1, 2, 3, stride=2), nn.MaxPool1d(2), nn.AvgPool1d(3))
    x = torch.randn(1, 1, 60, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(dense(strided)(x)[..., ::12], strided(x))


def test_a_mean_of_numbers_apart_is_that_of_a_constant_convolution() -> None:
    x = torch.randn(2, 3, 1, 20, generator=torch.Generator().manual_seed(0))
    expected = nn.functional.conv2d(x, torch.full((3, 1, 1, 4), 0.25), dilation=(1, 5), groups=3)
    torch.testing.assert_close(DilatedMean(4, 5)(x), expected)


def test_a_layer_that_pads_is_refused_by_name() -> None:
    padded = nn.Sequential(nn.ELU(), nn.Conv2d(1, 1, (1, 3), padding=(0, 1)))
    with pytest.raises(ValueError, match=r"model\.dense=true: layer 1 \(Conv2d\) .* pads .* model=deep4"):
        dense(padded)
