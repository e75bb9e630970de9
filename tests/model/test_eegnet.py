"""EEGNet has the published sizes, and limits the norm of its spatial filters."""

import pytest
import torch
from torch import nn

from eegbench.model.eegnet import Eegnet

PUBLISHED = {
    "n_filters": 8,
    "n_spatial": 2,
    "kernels": (64, 16),
    "pools": (4, 8),
    "dropout": 0.25,
    "final_length": None,
    "dense": False,
}


def eegnet(n_channels: int, n_times: int, **options) -> Eegnet:
    torch.manual_seed(0)
    return Eegnet(n_channels=n_channels, n_times=n_times, sfreq=128.0, **(PUBLISHED | options)).eval()


def lengths_of_spatial_filters(model: Eegnet) -> torch.Tensor:
    return model.layers[0].space.weight.flatten(1).norm(dim=1)


def test_lengths_and_parameters_are_the_published_ones() -> None:
    model, lengths = eegnet(22, 1000), []
    for layer in model.layers:
        if hasattr(layer, "kernel_size") or layer is model.layers[0]:
            layer.register_forward_hook(lambda layer, given, output: lengths.append(output.shape[3]))
    model.embed(torch.zeros(1, 22, 1000))
    assert lengths == [1001, 250, 251, 251, 31]
    assert sum(parameter.numel() for parameter in model.parameters()) + 4 * (model.embed_dim + 1) == 3_444


def test_spatial_filters_are_short_from_the_start_and_after_a_step() -> None:
    model = eegnet(19, 512)
    assert (lengths_of_spatial_filters(model) <= 1 + 1e-6).all()
    before = model.layers[0].space.weight.detach().clone()
    with torch.no_grad():
        model.layers[0].space.weight[:8] *= 100
        model.layers[0].space.weight[8:] *= 0.001
    model.after_step()
    torch.testing.assert_close(lengths_of_spatial_filters(model)[:8], torch.ones(8))
    torch.testing.assert_close(model.layers[0].space.weight[8:], 0.001 * before[8:])


def test_first_filters_are_those_over_time_through_their_spatial_filters() -> None:
    model = eegnet(3, 512)
    x = torch.zeros(1, 3, 1, 200)
    x[0, 2, 0, 100] = 1
    first = model.layers[0]
    first.norm = nn.Identity()
    answer = first(x)[0, :, 0]
    filters = model.first_filters()
    assert filters.shape == (16, 3, 64)
    # output t sees samples t - 32 to t + 31
    torch.testing.assert_close(answer[:, 69:133], filters[:, 2])


def test_fewer_final_steps_make_tokens() -> None:
    model = eegnet(3, 1000, final_length=4)
    assert model.features(torch.zeros(2, 3, 1000)).shape == (2, 28, 64)


def test_dense_prediction_is_refused_for_it_pads() -> None:
    with pytest.raises(ValueError, match=r"model\.dense=true: layer 0\.time \(Conv2d\) .* pads"):
        eegnet(3, 512, dense=True)


def test_windows_too_short_are_refused_with_the_length_needed() -> None:
    with pytest.raises(ValueError, match="needs 27 "):
        eegnet(2, 26)
    assert eegnet(2, 27).n_tokens == 1
