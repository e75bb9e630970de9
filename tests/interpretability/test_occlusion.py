from dataclasses import replace

import numpy as np
import pytest
import torch
from interpretability.scenes import LinearScores, SmoothScores, noise, scene_of
from torch import nn

import eegbench.interpretability.occlusion as module
from eegbench.interpretability.occlusion import Occlusion, drops

RNG = np.random.default_rng(0)
BANDS = (("slow", 0.0, 2.0), ("fast", 2.0, 8.0))


class Powers(nn.Module):
    """A score a channel: its mean square."""

    def forward(self, x):
        return x.square().mean(2)


def tone(hz, n_channels=2, n_times=32, sfreq=16.0):
    seconds = torch.arange(n_times, dtype=torch.float64) / sfreq
    return torch.sin(2 * torch.pi * hz * seconds).repeat(3, n_channels, 1)


def test_a_tone_is_lost_with_its_band_and_its_channel_alone():
    found = Occlusion(bands_hz=BANDS).explain(scene_of(Powers(), tone(4.0)), RNG)
    assert found.places == ("slow", "fast", "all")
    np.testing.assert_allclose(found.values[0], [[0, 0.5, 0.5], [0, 0, 0]], atol=1e-12)
    np.testing.assert_allclose(found.bands_hz, [[0, 2], [2, 8], [0, np.inf]])


def test_all_is_the_channel_set_to_0():
    network, x = SmoothScores(), noise(4, 3, 16)
    found = Occlusion(bands_hz=BANDS).explain(scene_of(network, x), RNG)
    silent = x.clone()
    silent[:, 1] = 0
    np.testing.assert_allclose(found.values[:, 1, 2], (network(x) - network(silent)).mean(0).detach())


def test_of_a_linear_network_what_is_lost_with_each_channel_adds_up_to_the_score():
    network, x = LinearScores(noise(2, 3, 15)), noise(4, 3, 15)
    found = drops(network, x, torch.ones(1, 8, dtype=torch.bool))
    torch.testing.assert_close(found.sum((2, 3)).T, network(x))


@pytest.mark.parametrize("batch_bytes", [1, 2000, 10**6])
def test_how_many_windows_go_at_once_changes_nothing(batch_bytes, monkeypatch):
    network, x, bands = SmoothScores(), noise(4, 3, 16), torch.rand(2, 9) > 0.5
    expected = drops(network, x, bands)
    monkeypatch.setitem(module.BATCH_BYTES, "cpu", batch_bytes)
    torch.testing.assert_close(drops(network, x, bands), expected)


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        ((), "set interpretability.occlusion.bands_hz="),
        ((("alpha", 13.0, 8.0),), "ascend"),
        ((("alpha", 8.0, 10.0), ("alpha", 10.0, 13.0)), "a name each"),
        ((("all", 8.0, 10.0),), "not all"),
    ],
)
def test_bands_without_sense_are_an_error_that_names_the_option(bands, words):
    with pytest.raises(ValueError, match=words):
        Occlusion(bands_hz=bands)


@pytest.mark.parametrize(
    ("band", "words"), [(("gamma", 7.0, 9.0), "half the sampling rate"), (("thin", 2.1, 2.2), "no frequency")]
)
def test_a_band_that_windows_do_not_have_is_an_error(band, words):
    with pytest.raises(ValueError, match=words):
        Occlusion(bands_hz=(band,)).explain(scene_of(Powers(), tone(4.0)), RNG)


def test_bands_above_half_of_the_sampling_rate_are_left_out_with_a_note(capsys):
    method, scene = Occlusion(bands_hz=(("theta", 4.0, 7.0), ("gamma", 7.0, 9.0))), scene_of(Powers(), tone(4.0))
    method.check(scene)
    assert method.explain(scene, RNG).places == ("theta", "all")
    assert "leaves out gamma (7-9 Hz)" in capsys.readouterr().err


def test_bands_that_the_filters_remove_are_left_out_with_a_note(capsys):
    scene = replace(scene_of(Powers(), tone(1.0)), passed_hz=(0.0, 2.0))
    method = Occlusion(bands_hz=(("slow", 0.0, 2.0), ("fast", 4.0, 7.0)))
    method.check(scene)
    found = method.explain(scene, RNG)
    assert found.places == ("slow", "all")
    np.testing.assert_allclose(found.values[0], [[0.5, 0.5], [0, 0]], atol=1e-12)
    said = capsys.readouterr().err
    assert "leaves out fast (4-7 Hz): signals at 16 Hz filtered to 0-2 Hz have no such frequencies" in said


def test_bands_that_the_filters_remove_altogether_are_an_error():
    scene = replace(scene_of(Powers(), tone(1.0)), passed_hz=(0.0, 2.0))
    with pytest.raises(ValueError, match=r"fast \(4-7 Hz\) is not among the frequencies of signals filtered to 0-2 Hz"):
        Occlusion(bands_hz=(("fast", 4.0, 7.0),)).check(scene)
