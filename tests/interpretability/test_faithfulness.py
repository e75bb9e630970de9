import dataclasses

import numpy as np
import pytest
import torch
from interpretability.scenes import noise, scene_of
from torch import nn

from eegbench.interpretability.amplitude_gradient import AmplitudeGradient
from eegbench.interpretability.base import Attribution
from eegbench.interpretability.faithfulness import faithfulness
from eegbench.interpretability.occlusion import Occlusion


def rng():
    return np.random.default_rng(0)


class FirstChannel(nn.Module):
    """Sure of class 0 as long as the first channel holds 4 Hz (bin 8 of 32 samples at 16 Hz)."""

    def forward(self, x):
        power = torch.fft.rfft(x[:, 0])[:, 8].abs()
        return torch.stack([power, torch.full_like(power, 2.0)], dim=1)


SCENE = scene_of(FirstChannel(), noise(12, 5, 32) + 3 * torch.cos(torch.pi / 2 * torch.arange(32)))


def attribution(values, axis="frequency_hz", **more):
    _, c, p = values.shape
    channels = ("all",) if c == 1 else SCENE.group.channels
    return Attribution(values, "score", axis, np.arange(p) / 2, SCENE.classes, channels, **more)


def map_of(channel, place, shape=(2, 5, 17)):
    values = np.zeros(shape)
    values[:, channel, place] = -1.0
    return values


def test_the_right_place_goes_first_and_takes_the_decision_with_it():
    found = faithfulness(attribution(map_of(0, 8)), SCENE, rng())
    assert found.deletion < 0.2 < found.deletion_random
    assert found.insertion > 0.95 > found.insertion_random


def test_a_wrong_place_is_no_better_than_chance():
    found = faithfulness(attribution(map_of(3, 2)), SCENE, rng())
    assert found.deletion > 0.3
    assert found.insertion < 0.95


def test_a_map_without_channels_deletes_in_all_of_them():
    found = faithfulness(attribution(map_of(0, 8, (2, 1, 17))), SCENE, rng())
    assert found.deletion < 0.2
    assert found.insertion > 0.95


def test_over_time_samples_are_deleted():
    values = np.zeros((2, 5, 32))
    values[:, 0] = 1.0
    found = faithfulness(attribution(values, "time_s"), SCENE, rng())
    assert found.deletion < found.deletion_random
    assert found.insertion > found.insertion_random


def test_bands_are_deleted_by_their_frequencies():
    bands = (("slow", 0.5, 3.0), ("middle", 3.0, 5.0), ("fast", 5.0, 8.0))
    by_band = Occlusion(bands_hz=bands).explain(SCENE, rng())
    found = faithfulness(by_band, SCENE, rng())
    assert found.deletion < found.deletion_random
    assert found.insertion > found.insertion_random


def test_filters_have_no_faithfulness():
    assert faithfulness(attribution(map_of(0, 8), is_by_class=False), SCENE, rng()) is None


def test_what_a_network_does_not_use_leaves_no_trace():
    class Constant(nn.Module):
        def forward(self, x):
            return 0 * x[:, :2, 0] + torch.tensor([1.0, 0.0])

    scene = SCENE.of(Constant())
    found = faithfulness(AmplitudeGradient().explain(scene, rng()), scene, rng())
    assert dataclasses.astuple(found) == pytest.approx([1 / (1 + np.exp(-1))] * 4)
