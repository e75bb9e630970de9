"""Each augmentation changes only its own property of the signal, by the amount set in its options."""

import math

import numpy as np
import pytest
import torch
from forms import form_of
from scipy import signal

from eegbench.augmentation.amplitude_scale import AmplitudeScale
from eegbench.augmentation.band_stop import BandStop
from eegbench.augmentation.circular_shift import CircularShift
from eegbench.augmentation.crop_resize import CropResize
from eegbench.augmentation.fourier_noise import FourierNoise
from eegbench.augmentation.frequency_shift import FrequencyShift
from eegbench.augmentation.gaussian_noise import GaussianNoise
from eegbench.augmentation.phase_noise import PhaseNoise
from eegbench.augmentation.random_offset import RandomOffset
from eegbench.augmentation.resample import Resample
from eegbench.augmentation.segment_shuffle import SegmentShuffle
from eegbench.augmentation.sign_flip import SignFlip
from eegbench.augmentation.temporal_dropout import TemporalDropout

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


def test_signs_of_whole_windows_are_flipped_with_the_probability():
    x = noise()
    factor = SignFlip(p=0.3).change(x, "eeg", chance()) / x
    assert torch.equal(factor, factor[:, :1, :1].expand_as(factor))
    assert set(factor.unique().tolist()) == {-1.0, 1.0}
    assert float((factor[:, 0, 0] < 0).float().mean()) == pytest.approx(0.3, abs=0.07)


def test_offsets_are_constants_within_a_share_of_the_deviation_of_each_channel():
    x = noise() * 30.0
    added = RandomOffset(max_share=0.075).change(x, "eeg", chance()) - x
    torch.testing.assert_close(added, added[:, :, :1].expand_as(added), rtol=0, atol=1e-4)
    share = added[:, :, 0] / x.std(2, correction=0)
    assert share.abs().max() <= 0.0751
    assert float(share.std()) == pytest.approx(0.075 / math.sqrt(3), rel=0.1)
    assert abs(np.corrcoef(share.T)[0, 1]) < 0.15


@pytest.mark.parametrize("n_times", [400, 401])
def test_fourier_noise_is_a_share_of_each_amplitude(n_times):
    x = noise(n_times=n_times) * torch.linspace(1, 3, n_times)
    changed = FourierNoise(share=0.09).change(x, "eeg", chance())
    before, after = (torch.fft.rfft(one)[:, :, 1:-1] for one in (x, changed))
    relative = ((after - before).abs() / before.abs()).square()
    assert float(relative.mean()) == pytest.approx(0.09**2, rel=0.05)
    assert float(relative.mean((0, 1)).std()) < 0.002  # the same at all frequencies


def test_a_rotation_moves_all_channels_alike_within_the_limit_and_keeps_all_samples():
    x = noise(200)
    moved = CircularShift(form=FORM, max_s=0.05).change(x, "eeg", chance())
    found = []
    for one, other in zip(x, moved, strict=True):
        fits = [shift for shift in range(-5, 6) if torch.equal(one.roll(shift, 1), other)]
        assert len(fits) == 1
        found += fits
    assert set(found) == set(range(-5, 6))


def test_stretches_of_some_channels_are_lost_in_one_piece():
    x = noise(2000) + 100.0  # nowhere 0
    lost = TemporalDropout(form=FORM, p=0.15, max_s=0.2).change(x, "eeg", chance()) == 0
    length = lost.sum(2)
    assert int(length.max()) == 20
    assert float((length > 0).float().mean()) == pytest.approx(0.15 * 20 / 21, abs=0.02)
    edges = (lost[:, :, 1:] != lost[:, :, :-1]).sum(2) + lost[:, :, 0].int() + lost[:, :, -1].int()
    assert set(edges.unique().tolist()) == {0, 2}
    assert lost.any((0, 1)).float().mean() > 0.95  # nearly every place is reached


def test_segments_are_shuffled_alike_in_all_channels_and_no_sample_is_lost():
    x = torch.arange(400.0).expand(300, 2, 400)
    shuffled = SegmentShuffle(n_segments=4).change(x, "eeg", chance())
    assert torch.equal(shuffled[:, 0], shuffled[:, 1])
    assert torch.equal(shuffled.sort(2).values, x)
    n_jumps = (shuffled[:, 0].diff(dim=1) != 1).sum(1)
    assert set(n_jumps.unique().tolist()) == {0, 1, 2, 3}


def test_two_segments_are_exchanged_in_half_of_the_windows_and_every_cut_is_as_likely():
    n, n_times = 6000, 7
    shuffled = SegmentShuffle(n_segments=2).change(torch.arange(7.0).expand(n, 1, n_times), "eeg", chance())
    first = shuffled[:, 0, 0].long().bincount()
    assert abs(float(first[0]) / n - 0.5) < 0.02  # both segments in their order
    assert (first[1:] / n - 0.5 / (n_times - 1)).abs().max() < 0.015


def test_a_window_of_fewer_samples_than_segments_is_shuffled():
    x = torch.arange(3.0).expand(400, 1, 3)
    shuffled = SegmentShuffle(n_segments=9).change(x, "eeg", chance())
    assert torch.equal(shuffled.sort(2).values, x)
    assert len(shuffled[:, 0].unique(dim=0)) == 6  # every order


@pytest.mark.parametrize("n_times", [400, 401])
def test_a_rhythm_is_shifted_in_all_channels_alike_and_keeps_its_power(n_times):
    t = torch.arange(n_times) / 100.0
    x = torch.stack([(2 * math.pi * 10 * t).sin(), (2 * math.pi * 10 * t).cos()]).expand(100, 2, -1)
    shifted = FrequencyShift(form=FORM, max_hz=2.0).change(x, "eeg", chance())
    power = torch.fft.rfft(shifted * torch.hann_window(n_times), n=4000).abs().square()
    peak = torch.fft.rfftfreq(4000, 0.01)[power.argmax(2)]
    torch.testing.assert_close(peak[:, 0], peak[:, 1], rtol=0, atol=0.06)
    assert ((peak - 10).abs() <= 2.05).all()
    assert float(peak.std()) > 0.8
    torch.testing.assert_close(shifted.square().mean(2), x.square().mean(2), rtol=0.05, atol=0.0)


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


@pytest.mark.parametrize("n_times", [400, 401])
def test_resampling_to_a_lower_rate_and_back_is_scipys(n_times):
    x = noise(100, n_times)
    changed = Resample(max_share=0.2).change(x, "eeg", chance())
    before, after = (torch.fft.rfft(one).abs() for one in (x, changed))
    n_kept = (after > 1e-3).any(1).sum(1)
    n_freqs = n_times // 2 + 1
    assert n_kept.min() >= math.floor(0.8 * n_freqs)
    assert n_kept.max() < n_freqs
    assert len(n_kept.unique()) > 20
    for number in range(10):
        kept = int(n_kept[number])
        torch.testing.assert_close(after[number, :, :kept], before[number, :, :kept], rtol=1e-4, atol=1e-3)
        lower = signal.resample(x[number].double().numpy(), 2 * kept - 1, axis=1)
        expected = signal.resample(lower, n_times, axis=1)
        np.testing.assert_allclose(changed[number].numpy(), expected, atol=1e-4)


def test_slow_activity_survives_resampling():
    t = torch.arange(400) / 100
    x = torch.sin(2 * math.pi * 10 * t).expand(50, 2, 400)
    torch.testing.assert_close(Resample(max_share=0.5).change(x, "eeg", chance()), x, rtol=0, atol=1e-5)


def test_a_stretched_part_has_lower_frequencies_and_the_same_extremes():
    t = torch.arange(400) / 100
    ramp = t.expand(300, 2, 400)
    changed = CropResize(min_share=0.8).change(ramp, "eeg", chance())
    slope = changed.diff(dim=2) / 0.01  # the share of the window that was stretched
    torch.testing.assert_close(slope, slope[:, :1, :1].expand_as(slope), rtol=0, atol=1e-3)
    share, start = slope[:, 0, 0], changed[:, 0, 0] / 3.99
    assert share.min() >= 0.8 - 1e-3
    assert share.max() <= 1 + 1e-3
    assert float(share.mean()) == pytest.approx(0.9, abs=0.01)
    assert (start + share).max() <= 1 + 1e-3  # parts lie inside the window
    assert float((start / (1 - share).clamp_min(1e-3)).mean()) == pytest.approx(0.5, abs=0.06)


def test_a_stretched_rhythm_keeps_its_amplitude():
    t = torch.arange(400) / 100
    x = torch.sin(2 * math.pi * 5 * t).expand(50, 2, 400)
    changed = CropResize(min_share=0.8).change(x, "eeg", chance())
    peak = torch.fft.rfft(changed[:, 0]).abs().argmax(1) / 4
    assert peak.min() >= 4.0
    assert peak.max() <= 5.0
    assert len(peak.unique()) > 3
    assert float(changed.std()) == pytest.approx(float(x.std()), abs=0.02)


def test_a_whole_window_is_not_stretched():
    x = noise(20)
    torch.testing.assert_close(CropResize(min_share=1.0).change(x, "eeg", chance()), x, rtol=0, atol=1e-3)
