"""Each augmentation changes only its own property of the signal, by the amount set in its options."""

import math

import numpy as np
import pytest
import torch
from forms import form_of

from eegbench.augmentation.amplitude_scale import AmplitudeScale
from eegbench.augmentation.band_stop import BandStop
from eegbench.augmentation.gaussian_noise import GaussianNoise
from eegbench.augmentation.phase_noise import PhaseNoise

FORM = form_of(("A", "B"), 100.0, 400)


def chance():
    return torch.Generator().manual_seed(0)


def noise(n=500, n_times=400):
    return torch.randn(n, 2, n_times, generator=torch.Generator().manual_seed(1))


def test_scales_lie_between_the_factors_and_halving_is_as_likely_as_doubling():
    x = noise()
    factor = (AmplitudeScale(low=0.5, high=2.0).change(x, "eeg", chance()) / x)[:, :, 0]
    assert factor.min() >= 0.5
    assert factor.max() <= 2.0
    assert abs(float((factor < 1).double().mean()) - 0.5) < 0.05
    assert abs(np.corrcoef(factor.T)[0, 1]) < 0.15  # channels are scaled apart


def test_noise_is_as_strong_as_a_share_of_the_channel_whatever_its_unit():
    x = noise() * 30.0  # µV
    added = GaussianNoise(max_share=0.2, upstream_compat=False).change(x, "eeg", chance()) - x
    share = added.std(2) / x.std(2)
    assert share.max() < 0.22
    assert float(share.mean()) == pytest.approx(0.1, abs=0.01)
    assert abs(float((added * x).mean() / 900)) < 0.01


def test_published_noise_is_a_share_of_the_deviation_of_the_whole_batch_in_all_channels_and_windows():
    x = noise() * torch.tensor([30.0, 3.0])[:, None] * torch.linspace(0.5, 2, 500)[:, None, None] + 5
    added = GaussianNoise(max_share=0.2, upstream_compat=True).change(x, "eeg", chance()) - x
    expected = 0.2 * float(x.std())
    by_channel, by_window = added.std((0, 2)), added.std((1, 2))
    assert by_channel.tolist() == pytest.approx([expected] * 2, rel=0.02)
    assert by_window.tolist() == pytest.approx([expected] * 500, rel=0.15)
    drawn = torch.randn(x.shape, generator=chance())
    torch.testing.assert_close(added, 0.2 * x.std() * drawn, rtol=1e-4, atol=1e-4)


def test_one_band_is_removed_and_the_rest_stays():
    x = noise()
    stopped = BandStop(form=FORM, width_hz=5.0, low_hz=10.0, high_hz=10.0).change(x, "eeg", chance())
    before, after = (torch.fft.rfft(one).abs() for one in (x, stopped))
    frequencies = torch.fft.rfftfreq(400, 0.01)
    inside = (frequencies - 10).abs() <= 2.5
    assert after[:, :, inside].max() < 1e-3
    torch.testing.assert_close(after[:, :, ~inside], before[:, :, ~inside], rtol=0, atol=1e-3)


def test_the_band_of_a_group_at_a_low_rate_is_within_what_it_holds():
    slow = form_of(("A", "B"), 20.0, 400)
    x = noise()
    stopped = BandStop(form=slow, width_hz=4.0, low_hz=30.0, high_hz=40.0).change(x, "eeg", chance())
    inside = torch.fft.rfftfreq(400, 1 / 20) > 8.0
    assert torch.fft.rfft(stopped).abs()[:, :, inside].max() < 1e-3


@pytest.mark.parametrize("n_times", [400, 401])
def test_phases_change_and_spectrum_mean_and_coherence_stay(n_times):
    x = noise(50, n_times) + 0.5
    changed = PhaseNoise(strength=1.0).change(x, "eeg", chance())
    before, after = (torch.fft.rfft(one) for one in (x, changed))
    torch.testing.assert_close(after.abs(), before.abs(), rtol=0, atol=1e-3)
    torch.testing.assert_close(changed.mean(2), x.mean(2), rtol=0, atol=1e-5)
    cross = [one[:, 0] * one[:, 1].conj() for one in (before, after)]
    torch.testing.assert_close(cross[1], cross[0], rtol=0, atol=0.05)
    correlation = torch.corrcoef(torch.stack([x.flatten() - 0.5, changed.flatten() - 0.5]))[0, 1]
    assert abs(float(correlation)) < 0.05


def test_weak_phase_noise_changes_little():
    x = noise(50)
    changed = PhaseNoise(strength=0.1).change(x, "eeg", chance())
    assert torch.corrcoef(torch.stack([x.flatten(), changed.flatten()]))[0, 1] > math.cos(0.1 * math.pi)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: AmplitudeScale(low=2.0, high=0.5), "low=2, high=0.5"),
        (lambda: BandStop(form=FORM, width_hz=1.0, low_hz=3.0, high_hz=2.0), "low_hz=3, high_hz=2"),
    ],
)
def test_values_without_sense_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
