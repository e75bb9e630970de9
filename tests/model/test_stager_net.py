"""Banville's encoder has no padding, and so the number of parameters that its own table implies."""

import pytest
import torch

from eegbench.model.stager_net import StagerNet

BANVILLE = {"n_filters": 16, "embed_dim": 100, "dropout": 0.5}


def test_the_number_of_parameters_is_that_of_the_unpadded_geometry() -> None:
    model = StagerNet(n_channels=2, n_times=3000, sfreq=100.0, **BANVILLE)
    assert sum(parameter.numel() for parameter in model.parameters()) == 55_402


def test_three_thousand_samples_become_2951_227_178_and_13() -> None:
    model = StagerNet(n_channels=2, n_times=3000, sfreq=100.0, **BANVILLE).eval()
    lengths, x = [], model.convolutions.spatial(torch.zeros(1, 1, 2, 3000)).transpose(1, 2)
    for layer in model.convolutions.temporal:
        lengths += [layer.convolution(x).shape[-1], (x := layer(x)).shape[-1]]
    assert lengths == [2951, 227, 178, 13]


def test_dropout_acts_in_training_only() -> None:
    model = StagerNet(n_channels=2, n_times=3000, sfreq=100.0, **BANVILLE)
    x = torch.randn(4, 2, 3000, generator=torch.Generator().manual_seed(0))
    assert not torch.equal(model.train()(x), model.train()(x))
    assert torch.equal(model.eval()(x), model.eval()(x))


def test_windows_too_short_are_refused_with_the_length_needed() -> None:
    with pytest.raises(ValueError, match=r"need 855 \(8\.55 s\): set a longer preprocessing\.window_s"):
        StagerNet(n_channels=2, n_times=854, sfreq=100.0, **BANVILLE)
    assert StagerNet(n_channels=2, n_times=855, sfreq=100.0, **BANVILLE).convolutions.n_tokens == 1
