"""Steps of published pipelines give the published results."""

import numpy as np
import pytest
from scipy.signal import sosfreqz

from eegbench.preprocessing.step.bessel_band import BesselBand
from eegbench.preprocessing.step.dreem_filter import DreemFilter
from eegbench.preprocessing.step.linear_resampling import LinearResampling
from eegbench.preprocessing.step.weighted_sum import WeightedSum

HEART = BesselBand(low_hz=0.6, high_hz=3.0)


@pytest.mark.parametrize(
    ("hz", "db"),
    [(0.1, -24.5), (0.4, -3.0), (1.0, -0.07), (5.0, -0.01), (10.0, -0.31), (18.0, -3.0), (25.0, -7.1), (30.0, -10.1)],
)
def test_the_published_filter_has_its_gains_at_250_hz(hz: float, db: float):
    _, response = sosfreqz(DreemFilter().sections(250.0), [hz], fs=250.0)
    assert 20 * np.log10(np.abs(response[0])) == pytest.approx(db, abs=0.06)


def test_it_has_order_18_is_stable_and_cuts_mains_out():
    sections = DreemFilter().sections(250.0)
    poles = np.concatenate([np.roots(one[3:]) for one in sections])
    assert np.count_nonzero(poles) == 18
    assert np.abs(poles).max() == pytest.approx(0.9929, abs=1e-4)
    _, response = sosfreqz(sections, [50.0], fs=250.0)
    assert np.abs(response[0]) < 10 ** (-145 / 20)


def test_filters_are_causal_and_linear_in_each_channel_by_itself():
    impulse = np.zeros((2, 500))
    impulse[0, 100], impulse[1, 200] = 1.0, 2.0
    for step in (DreemFilter(), HEART):
        out = step(impulse, 250.0)
        assert not out[0, :100].any()
        np.testing.assert_allclose(out[1, 200:], 2 * out[0, 100:400])


def test_the_heart_s_band_passes_one_beat_a_second_and_stops_breathing_and_alpha():
    _, response = sosfreqz(HEART.sections(250.0), [1.2, 0.1, 10.0], fs=250.0)
    low, *others = 20 * np.log10(np.abs(response))
    assert low > -1
    assert max(others) < -15


@pytest.mark.parametrize(("step", "sfreq"), [(DreemFilter(), 126.0), (HEART, 6.0)])
def test_a_filter_refuses_rates_that_are_too_low_for_it(step, sfreq: float):
    with pytest.raises(ValueError, match=r"needs signals at more than .* put it before the step that resamples"):
        step.out_sfreq(sfreq)
    assert step.out_sfreq(sfreq + 1) == sfreq + 1


def test_linear_resampling_of_a_ramp_is_the_published_one():
    found = LinearResampling(sfreq=100.0)(np.arange(7500.0)[None], 250.0)
    assert found.shape == (1, 3000)
    np.testing.assert_allclose(found[0, [0, 1, 2, 3, 4, -1]], [0, 2.5, 5, 7.5, 10, 7497.5])


def test_linear_resampling_goes_on_beyond_the_last_sample():
    found = LinearResampling(sfreq=4.0)(np.arange(10.0)[None], 5.0)
    np.testing.assert_allclose(found[0], np.arange(8) * 1.25)


def test_the_same_rate_changes_nothing_and_a_higher_one_is_refused():
    signal = np.random.default_rng(0).standard_normal((2, 100))
    np.testing.assert_allclose(LinearResampling(sfreq=100.0)(signal, 100.0), signal, atol=1e-12)
    with pytest.raises(ValueError, match="linear interpolation adds no information"):
        LinearResampling(sfreq=200.0).out_sfreq(100.0)


def test_bands_that_are_none_are_refused():
    with pytest.raises(ValueError, match="a band above 0 Hz"):
        BesselBand(low_hz=3.0, high_hz=0.6)


@pytest.mark.parametrize(
    ("weights", "expected"), [(None, [9.0, 12.0]), ((1.0, -1.0, 0.0), [-3.0, -3.0]), ((0.5, 0.5, 0.0), [1.5, 2.5])]
)
def test_a_weighted_sum_is_one_channel(weights, expected):
    step = WeightedSum(weights=weights, channel="made")
    np.testing.assert_allclose(step(np.array([[0.0, 1.0], [3.0, 4.0], [6.0, 7.0]]), 100.0), [expected])
    assert step.out_channels(("A", "B", "C")) == ("made",)
    assert step.out_sfreq(100.0) == 100.0
