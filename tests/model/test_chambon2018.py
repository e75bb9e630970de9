"""Chambon's encoder has the paper's sizes, and raises errors for invalid options."""

import pytest
import torch

from eegbench.model.chambon2018 import Chambon2018

TUTORIAL = {"n_filters": 16, "embed_dim": 100, "dropout": 0.0, "batch_norm": True}


def n_parameters(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize(
    ("n_channels", "options", "expected"),
    [
        (2, TUTORIAL, 68_202),
        (1, TUTORIAL, 40_996),
        (2, {"n_filters": 8, "embed_dim": 5, "dropout": 0.25, "batch_norm": False}, 4_987),
    ],
)
def test_the_number_of_parameters_is_the_published_one(n_channels: int, options: dict, expected: int) -> None:
    assert n_parameters(Chambon2018(n_channels=n_channels, n_times=3000, sfreq=100.0, **options)) == expected


def lengths(model: Chambon2018, x: torch.Tensor) -> list[int]:
    """Run the rounds layer by layer, and return the time steps after each convolution and each pool."""
    found, x = [], model.convolutions.spatial(x.unsqueeze(1)).transpose(1, 2)
    for layer in model.convolutions.temporal:
        found += [layer.convolution(x).shape[-1], (x := layer(x)).shape[-1]]
    return found


def test_three_thousand_samples_become_3001_230_231_and_17() -> None:
    model = Chambon2018(n_channels=2, n_times=3000, sfreq=100.0, **TUTORIAL)
    assert lengths(model, torch.zeros(1, 2, 3000)) == [3001, 230, 231, 17]


def test_kernels_keep_their_duration_at_another_rate() -> None:
    model = Chambon2018(n_channels=2, n_times=30 * 128, sfreq=128.0, **TUTORIAL)
    first = model.convolutions.temporal[0]
    assert (first.convolution.kernel_size, first.convolution.padding, first.pool) == ((1, 64), (0, 32), 16)


def test_a_single_channel_has_no_spatial_filter() -> None:
    model = Chambon2018(n_channels=1, n_times=3000, sfreq=100.0, **TUTORIAL)
    assert not any(name.startswith("convolutions.spatial") for name in model.state_dict())


def test_embeddings_flatten_filter_then_channel_then_time() -> None:
    model = Chambon2018(n_channels=2, n_times=3000, sfreq=100.0, **TUTORIAL).eval()
    x = torch.randn(2, 2, 3000, generator=torch.Generator().manual_seed(0))
    virtual = model.convolutions.spatial(x.unsqueeze(1)).transpose(1, 2)
    filtered = model.convolutions.temporal(virtual)
    for i, (number, channel, time) in enumerate([(0, 0, 3), (0, 1, 0), (5, 1, 16), (15, 0, 7)]):
        with torch.no_grad():  # output i is the input of the linear layer at this place
            model.projection.linear.weight[i] = 0
            model.projection.linear.weight[i, 34 * number + 17 * channel + time] = 1
            model.projection.linear.bias[i] = 0
        torch.testing.assert_close(model.embed(x)[:, i], filtered[:, number, channel, time])


def test_windows_too_short_are_refused_with_the_length_needed() -> None:
    with pytest.raises(ValueError, match=r"150 samples \(1\.50 s at 100 Hz\).* need 155 \(1\.55 s\): set"):
        Chambon2018(n_channels=2, n_times=150, sfreq=100.0, **TUTORIAL)
    assert Chambon2018(n_channels=2, n_times=155, sfreq=100.0, **TUTORIAL).convolutions.n_tokens == 1
