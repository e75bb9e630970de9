import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from interpretability.scenes import LinearScores, noise, scene_of

from eegbench.interpretability.spectrum import frequencies, in_band, sides


def test_frequencies_run_from_0_to_half_the_rate():
    scene = scene_of(LinearScores(noise(1, 1, 32)), noise(1, 1, 32), sfreq=16.0)
    assert frequencies(scene.group)[[0, -1]].tolist() == [0.0, 8.0]


def test_a_band_holds_its_lower_edge_and_not_its_upper_one():
    assert in_band(np.array([3.5, 4.0, 7.5, 8.0]), 4.0, 8.0).tolist() == [False, True, True, False]


@given(st.integers(1, 64))
def test_sides_count_every_frequency_of_the_whole_transform(n_times):
    assert sides(n_times, torch.device("cpu")).sum() == n_times


@pytest.mark.parametrize(("n_times", "last"), [(8, 1), (9, 2)])
def test_half_the_rate_is_its_own_mirror_where_there_is_such_a_frequency(n_times, last):
    assert sides(n_times, torch.device("cpu"))[-1] == last
