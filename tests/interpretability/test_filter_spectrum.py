import numpy as np
import pytest
import torch
from interpretability.scenes import LinearScores, noise, scene_of
from torch import nn

from eegbench.interpretability.filter_spectrum import FilterSpectrum
from eegbench.model.base import SignalEncoder

RNG = np.random.default_rng(0)


class Filters(SignalEncoder):
    def __init__(self, filters):
        super().__init__()
        self.filters = filters

    def features(self, x):
        return x

    def embed(self, x):
        return x[:, :, 0]

    def first_filters(self):
        return self.filters


class Network(nn.Module):
    def __init__(self, filters):
        super().__init__()
        self.encoder = Filters(filters)

    def forward(self, x):
        return x[:, :, 0]


def explained(filters):
    return FilterSpectrum().explain(scene_of(Network(filters), noise(2, 3, 64)), RNG)


def test_a_sine_peaks_at_its_frequency_in_its_channel():
    filters = torch.zeros(2, 3, 32)
    filters[1, 2] = torch.sin(2 * torch.pi * 4.0 * torch.arange(32) / 16)
    found = explained(filters)
    assert found.outputs == ("filter 0", "filter 1")
    assert np.unravel_index(found.values[1].argmax(), (3, 33)) == (2, 16)
    assert found.places[16] == 4.0
    assert found.values[0].max() == 0
    assert not found.is_by_class


def test_the_size_of_a_filter_does_not_count():
    filters = noise(1, 3, 8).repeat(2, 1, 1)
    filters[1] *= 100
    found = explained(filters).values
    np.testing.assert_allclose(found[0], found[1])


def test_filters_that_all_channels_share_name_no_channel():
    assert explained(noise(2, 1, 8)).channels == ("all",)


def test_an_encoder_without_filters_is_an_error():
    with pytest.raises(ValueError, match="LinearScores does not begin with filters"):
        FilterSpectrum().explain(scene_of(LinearScores(noise(2, 3, 8)), noise(2, 3, 8)), RNG)
