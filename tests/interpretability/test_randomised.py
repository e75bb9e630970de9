import dataclasses

import numpy as np
import pytest
import torch
from interpretability.scenes import noise, scene_of
from plain_encoder import PlainEncoder
from torch import nn

import eegbench.interpretability.base
from eegbench.inference.description import Description
from eegbench.inference.network import Network
from eegbench.interpretability.base import Attribution
from eegbench.interpretability.randomised import randomised, similarity
from eegbench.types import Form


class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.filters, self.norm, self.drop = nn.Conv1d(3, 4, 5), nn.BatchNorm1d(4), nn.Dropout(0.5)
        self.double()

    def forward(self, x):
        return self.drop(self.norm(self.filters(x))).square().mean(2)


def scene_with(network):
    return scene_of(network, 5 + noise(20, 3, 16))


def test_weights_are_shuffled_within_themselves_and_the_network_stays():
    network = Normed()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    shuffled = randomised(network, scene_with(network), np.random.default_rng(0))
    torch.testing.assert_close(dict(network.state_dict()), before)
    assert not torch.equal(shuffled.filters.weight, network.filters.weight)
    torch.testing.assert_close(
        shuffled.filters.weight.flatten().sort().values, network.filters.weight.flatten().sort().values
    )


def test_statistics_are_those_of_the_shuffled_network_on_these_windows():
    scene = scene_with(Normed())
    shuffled = randomised(scene.network, scene, np.random.default_rng(0))
    filtered = shuffled.filters(scene.gather(slice(0, 20)))
    torch.testing.assert_close(shuffled.norm.running_mean, filtered.mean((0, 2)))
    assert not any(layer.training for layer in shuffled.modules())


def test_several_batches_count_alike(monkeypatch):
    scene = scene_with(Normed())
    whole = randomised(scene.network, scene, np.random.default_rng(0))
    monkeypatch.setitem(eegbench.interpretability.base.BATCH_BYTES, "cpu", 4 * 48 * 5)
    parts = randomised(scene.network, scene, np.random.default_rng(0))
    assert len(scene.parts()) == 4
    torch.testing.assert_close(parts.norm.running_mean, whole.norm.running_mean)


def test_the_head_of_a_saved_network_is_shuffled_too():
    scene = scene_with(Normed())
    encoder = PlainEncoder(n_channels=3, n_times=16, sfreq=16.0, embed_dim=8).double()
    description = Description(encoder={}, classes=("a", "b"), form=Form({"eeg": scene.group}, "none"))
    network = Network(encoder, weight=noise(2, 8), bias=noise(2), description=description).eval()
    shuffled = randomised(network, scene, np.random.default_rng(0))
    assert not torch.equal(shuffled.weight, network.weight)
    torch.testing.assert_close(shuffled.weight.flatten().sort().values, network.weight.flatten().sort().values)


def test_the_generator_decides():
    scene = scene_with(Normed())
    first, again, other = (randomised(scene.network, scene, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert torch.equal(first.filters.weight, again.filters.weight)
    assert not torch.equal(first.filters.weight, other.filters.weight)


def attribution(values, **more):
    k, c, p = values.shape
    return Attribution(values, "score", "time_s", np.arange(p) / 8, ("a",) * k, ("C",) * c, **more)


def test_a_map_is_like_itself_whatever_its_signs_and_scale():
    values = noise(2, 3, 8).numpy()
    assert similarity(attribution(values), attribution(-3 * values)) == pytest.approx(1.0)


def test_maps_of_nothing_in_common_are_not_alike():
    assert abs(similarity(attribution(noise(5, 20, 50).numpy()), attribution(noise(5, 20, 50, seed=1).numpy()))) < 0.05


def test_a_map_that_is_the_same_everywhere_is_like_none():
    assert similarity(attribution(np.ones((2, 3, 8))), attribution(noise(2, 3, 8).numpy())) == 0.0


def test_the_order_of_filters_means_nothing():
    one = attribution(noise(2, 3, 8).numpy(), is_by_class=False)
    assert similarity(one, dataclasses.replace(one, values=one.values[::-1])) == pytest.approx(1.0)


def test_places_without_a_value_in_either_map_do_not_count():
    known, other = noise(2, 3, 8).numpy(), noise(2, 3, 8, seed=1).numpy()
    expected = similarity(attribution(known[:1, :, 2:]), attribution(other[:1, :, 2:]))
    known, other = known.copy(), other.copy()
    known[1], other[:, :, :2] = np.nan, np.nan  # a class without windows, and samples that a network does not use
    assert similarity(attribution(known), attribution(other)) == pytest.approx(expected)
    assert np.isnan(similarity(attribution(known[1:]), attribution(other[1:])))
