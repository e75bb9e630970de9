"""Contract of every step in conf/preprocessing/step and every feature in conf/preprocessing/feature."""

import numpy as np
import pytest
from forms import group_of
from options import CONF, node_of, shipped

from eegbench.config import build
from eegbench.preprocessing.feature import Feature
from eegbench.preprocessing.step import Step

CHANNELS, SFREQ, N_TIMES = ("A", "B"), 250.0, 7500
GROUP = group_of(CHANNELS, SFREQ, N_TIMES)
START_S = np.array([0.0, 30.0, 3600.0])


@pytest.fixture(params=shipped("preprocessing/step"))
def step(request) -> Step:
    return build(node_of(CONF / "preprocessing" / "step" / f"{request.param}.yaml"), Step)


@pytest.fixture(params=shipped("preprocessing/feature"))
def feature(request) -> Feature:
    return build(node_of(CONF / "preprocessing" / "feature" / f"{request.param}.yaml"), Feature)


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape)


def test_a_step_gives_the_channels_and_the_rate_that_it_names(step):
    signal = noise(2, N_TIMES)
    out = step(signal, SFREQ)
    assert out.shape == (len(step.out_channels(CHANNELS)), N_TIMES * step.out_sfreq(SFREQ) / SFREQ)
    assert np.isfinite(out).all()
    assert out.std() > 0
    np.testing.assert_array_equal(signal, noise(2, N_TIMES))  # what it was given is left as it is
    np.testing.assert_array_equal(step(signal, SFREQ), out)


def test_a_step_treats_each_channel_by_itself_unless_it_mixes_channels(step):
    signal = noise(2, N_TIMES)
    if step.mixes_channels:
        assert step.out_channels(CHANNELS) != CHANNELS
    else:
        alone = [step(signal[[channel]], SFREQ)[0] for channel in (0, 1)]
        np.testing.assert_allclose(step(signal, SFREQ), alone, atol=1e-12)


def given(feature: Feature, n: int = 3):
    """Return windows, and their form, as a feature gets them."""
    return (noise(n, 2, N_TIMES), GROUP) if feature.group else (noise(n, 0, 0), None)


def test_a_feature_has_as_many_values_as_it_says(feature):
    x, group = given(feature)
    found = feature.compute(START_S, x, group)
    assert found.shape == (3, feature.dim(group))
    assert np.isfinite(found).all()
    assert len(np.unique(found, axis=0)) == 3  # they differ between windows


def test_a_feature_of_a_window_does_not_depend_on_other_windows(feature):
    x, group = given(feature)
    alone = [feature.compute(START_S[[i]], x[[i]], group)[0] for i in range(3)]
    np.testing.assert_allclose(feature.compute(START_S, x, group), alone, rtol=1e-9)
