"""The shallow ConvNet has the published sizes, and gives outputs at every shift."""

import pytest
import torch
from torch import nn

from eegbench.model.shallow_fbcsp import ShallowFbcsp

PUBLISHED = {
    "n_filters": 40,
    "kernel": 25,
    "pool_length": 75,
    "pool_stride": 15,
    "dropout": 0.5,
    "final_length": None,
    "dense": False,
}


def shallow(n_channels: int, n_times: int, **options) -> ShallowFbcsp:
    torch.manual_seed(0)
    return ShallowFbcsp(n_channels=n_channels, n_times=n_times, sfreq=250.0, **(PUBLISHED | options)).eval()


@pytest.mark.parametrize(("final_length", "length", "expected"), [(None, 61, 46_084), (30, 30, 41_124)])
def test_the_number_of_parameters_is_the_published_one(final_length, length, expected) -> None:
    model = shallow(22, 1000, final_length=final_length)
    assert model.embed_dim == 40 * length
    assert sum(parameter.numel() for parameter in model.parameters()) + 4 * (model.embed_dim + 1) == expected


def test_thirty_final_steps_leave_467_dense_answers() -> None:
    model = shallow(22, 1000, final_length=30, dense=True)
    assert model.features(torch.zeros(1, 22, 1000)).shape[1] == model.n_tokens == 467
    assert (model.receptive_field, model.token_stride) == (534, 1)


def test_every_dense_answer_is_that_of_the_window_that_begins_there() -> None:
    window = shallow(3, 174, final_length=6)
    dense, strided = (shallow(3, 300, final_length=6, dense=chosen) for chosen in (True, False))
    assert window.receptive_field == 174
    x = 3 * torch.randn(1, 3, 300)
    tokens = dense.features(x)
    expected = window.embed(x.unfold(2, 174, 1)[0].transpose(0, 1))
    torch.testing.assert_close(tokens[0], expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(tokens[:, ::15], strided.features(x), rtol=1e-5, atol=1e-5)


def test_a_token_is_the_log_of_the_mean_square_of_filtered_windows() -> None:
    model = shallow(2, 99)
    x = torch.randn(1, 2, 99)
    filtered = nn.functional.conv1d(x, model.first_filters().flip(2)) / (1 + 1e-5) ** 0.5
    torch.testing.assert_close(model.embed(x), filtered.square().mean(2).log(), rtol=1e-4, atol=1e-4)


def test_a_silent_window_has_the_least_power() -> None:
    assert torch.allclose(shallow(2, 99).embed(torch.zeros(1, 2, 99)), torch.tensor(1e-6).log())


def test_windows_too_short_are_refused_with_the_length_needed() -> None:
    with pytest.raises(ValueError, match="needs 99 "):
        shallow(2, 98)
