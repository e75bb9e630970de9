import numpy as np
import pytest
import torch
from interpretability.scenes import LinearScores, SmoothScores, noise, scene_of

from eegbench.interpretability.amplitude_gradient import AmplitudeGradient, amplitude_gradients


@pytest.mark.parametrize("n_times", [15, 16])
def test_it_is_the_gradient_through_a_window_rebuilt_from_amplitudes_and_phases(n_times):
    network, x = SmoothScores(), noise(4, 3, n_times)
    spectrum = torch.fft.rfft(x)
    amplitudes = spectrum.abs().requires_grad_()
    rebuilt = torch.fft.irfft(torch.polar(amplitudes, spectrum.angle()), n=n_times)
    torch.testing.assert_close(rebuilt, x)
    expected = [torch.autograd.grad(score, amplitudes, retain_graph=True)[0] for score in network(rebuilt).sum(0)]
    torch.testing.assert_close(amplitude_gradients(network, x), torch.stack(expected))


def test_it_is_the_slope_of_a_linear_network_s_score():
    network, x = LinearScores(noise(2, 3, 16)), noise(1, 3, 16)
    found = amplitude_gradients(network, x)[:, 0, 1, 5]
    spectrum = torch.fft.rfft(x)
    spectrum[0, 1, 5] *= 1 + 1e-3 / spectrum[0, 1, 5].abs()
    slope = (network(torch.fft.irfft(spectrum, n=16)) - network(x))[0] / 1e-3
    torch.testing.assert_close(found, slope, rtol=1e-8, atol=1e-9)


def test_a_window_s_gradient_does_not_shrink_with_its_batch():
    network, x = SmoothScores(), noise(4, 3, 16)
    together = amplitude_gradients(network, x)
    alone = torch.cat([amplitude_gradients(network, x[i : i + 1]) for i in range(4)], dim=1)
    torch.testing.assert_close(together, alone)


@pytest.mark.parametrize("periods", [1, 2])
def test_a_filter_of_one_rhythm_answers_to_its_frequency_alone(periods):
    sine = torch.sin(2 * torch.pi * periods * torch.arange(16, dtype=torch.float64) / 16)
    found = amplitude_gradients(LinearScores(sine[None, None]), noise(8, 1, 16)).square().sum((0, 1, 2))
    assert found[periods] / found.sum() > 0.99


def test_a_flat_channel_counts_as_0():
    assert amplitude_gradients(SmoothScores(), torch.zeros(1, 3, 16).double()).abs().max() == 0


def test_the_map_is_the_mean_over_windows_with_its_error():
    network, x = SmoothScores(), noise(6, 3, 16)
    found = AmplitudeGradient().explain(scene_of(network, x), np.random.default_rng(0))
    each = amplitude_gradients(network, x).numpy()
    np.testing.assert_allclose(found.values, each.mean(1))
    np.testing.assert_allclose(found.standard_error, each.std(1, ddof=1) / np.sqrt(6))
    assert (found.axis, found.places[-1], found.channels) == ("frequency_hz", 8.0, ("C0", "C1", "C2"))
