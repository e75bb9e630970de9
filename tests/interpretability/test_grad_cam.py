import numpy as np
import pytest
import torch
from interpretability.scenes import noise, scene_of
from interpretability.test_attention_rollout import Classifier, x_of
from torch import nn

from eegbench.interpretability.grad_cam import GradCam, layers_over_time

RNG = np.random.default_rng(0)


class TwoConvolutions(nn.Module):
    """Filters of known weights; scores are weighted means over time."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(2, 2, 1, bias=False)
        self.unused = nn.Conv1d(2, 2, 1)
        self.second = nn.Conv1d(2, 2, 4, stride=4, bias=False)
        self.head = nn.Linear(2, 2, bias=False)
        for layer in (self.first, self.second):
            nn.init.dirac_(layer.weight)
        nn.init.eye_(self.head.weight)

    def forward(self, x):
        return self.head(self.second(self.first(x)).mean(2))


def burst(start):
    x = torch.zeros(3, 2, 32)
    x[:, 0, start : start + 8] = 1.0
    return x


@pytest.mark.parametrize("layer", [None, "first", "second"])
def test_it_lies_where_a_class_s_filter_saw_something(layer):
    found = GradCam(layer=layer).explain(scene_of(TwoConvolutions(), burst(16)), RNG)
    assert found.values.shape == (2, 1, 32)
    assert found.channels == ("all",)
    assert found.values[0, 0, 18:22].min() > 0
    assert found.values[0, 0, :12].max() == 0
    assert found.values[1].max() == 0


def test_what_speaks_against_a_class_counts_as_0():
    found = GradCam(layer=None).explain(scene_of(TwoConvolutions(), -burst(16)), RNG)
    assert found.values.max() == 0


def test_the_last_convolution_is_the_last_that_leaves_steps():
    network = nn.Sequential(nn.Conv1d(2, 3, 5), nn.ELU(), nn.Conv1d(3, 2, 28), nn.Flatten())
    scene = scene_of(network.double(), noise(4, 2, 32))
    by_default, by_name = (GradCam(layer=layer).explain(scene, RNG) for layer in (None, "0"))
    np.testing.assert_allclose(by_default.values, by_name.values)


def test_a_layer_that_uses_a_convolution_s_weights_in_its_own_way_is_one():
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.convolution = nn.Conv1d(2, 3, 5)

        def forward(self, x):
            return nn.functional.conv1d(x, self.convolution.weight)

    network = nn.Sequential(nn.Sequential(Own(), nn.ELU()), nn.Flatten(), nn.Linear(84, 2))
    scene = scene_of(network.double(), noise(4, 2, 32))
    by_default, by_name = (GradCam(layer=layer).explain(scene, RNG) for layer in (None, "0.0"))
    np.testing.assert_allclose(by_default.values, by_name.values)


def test_a_pool_is_none():
    network = nn.Sequential(nn.Conv1d(2, 3, 5), nn.AvgPool1d(4), nn.Flatten(), nn.Linear(21, 2))
    scene = scene_of(network.double(), noise(4, 2, 32))
    by_default, by_name = (GradCam(layer=layer).explain(scene, RNG) for layer in (None, "0"))
    np.testing.assert_allclose(by_default.values, by_name.values)


def test_a_layer_between_channels_and_time_counts_each_of_its_rows():
    network = nn.Sequential(nn.Unflatten(1, (1, 2)), nn.Conv2d(1, 3, (1, 5)), nn.Flatten(), nn.Linear(168, 2))
    found = GradCam(layer=None).explain(scene_of(network.double(), noise(4, 2, 32)), RNG)
    assert found.values.shape == (2, 1, 32)


def test_an_unknown_layer_is_an_error_that_suggests_one():
    with pytest.raises(ValueError, match=r"grad_cam\.layer=secnd.*did you mean second\?.*one of first, second"):
        GradCam(layer="secnd").explain(scene_of(TwoConvolutions(), burst(0)), RNG)


def test_a_layer_that_windows_do_not_pass_is_not_offered():
    with pytest.raises(ValueError, match=r"layer=unused.*one of first, second\.$"):
        GradCam(layer="unused").explain(scene_of(TwoConvolutions(), burst(0)), RNG)


def test_a_network_without_convolutions_is_an_error():
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
    with pytest.raises(ValueError, match=r"no convolution over time, .* none of its layers"):
        GradCam(layer=None).explain(scene_of(network, burst(0)), RNG)


def test_hooks_are_taken_off():
    network = TwoConvolutions()
    GradCam(layer=None).explain(scene_of(network, burst(0)), RNG)
    assert all(not layer._forward_hooks for layer in network.modules())


@pytest.mark.parametrize("layer", [None, "encoder.layers.0.norm", "encoder.layers.0", "encoder.projection"])
def test_layers_over_tokens_have_no_time_steps(layer):
    with pytest.raises(ValueError, match=r"none of its layers has time steps of whole windows; remove grad_cam"):
        GradCam(layer=layer).explain(scene_of(Classifier(), x_of()), RNG)


def test_the_last_axis_of_a_linear_layer_is_not_time():
    class Mixed(nn.Sequential):
        def forward(self, x):
            return super().forward(x).mean(1)

    scene = scene_of(Mixed(nn.Conv1d(2, 3, 5), nn.Linear(28, 6), nn.LayerNorm(6)).double(), noise(4, 2, 32))
    assert list(layers_over_time(scene)) == ["0"]
