"""Computed lengths agree with torch's outputs."""

from math import ceil

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eegbench.model.temporal_block import KERNEL_S, POOL_S, TemporalConvolutions, fewest_samples, steps_left


@settings(deadline=None)
@given(st.floats(20, 1000), st.sampled_from([0.0, 0.25]), st.integers(0, 500))
def test_the_fewest_samples_leave_a_step_and_one_fewer_leaves_none(sfreq: float, padding_s: float, more: int) -> None:
    sizes = [ceil(length_s * sfreq) for length_s in (KERNEL_S, padding_s, POOL_S)]
    fewest = fewest_samples(*sizes)
    assert steps_left(fewest + more, *sizes) >= 1
    assert steps_left(fewest - 1, *sizes) == 0


@settings(max_examples=6, deadline=None)
@given(st.integers(1, 4), st.sampled_from([100.0, 128.0, 200.0]), st.floats(17, 20), st.sampled_from([0.0, 0.25]))
def test_tokens_have_the_promised_shape(n_channels: int, sfreq: float, window_s: float, padding_s: float) -> None:
    n_times = int(window_s * sfreq)
    block = TemporalConvolutions(
        n_channels=n_channels, n_times=n_times, sfreq=sfreq, n_filters=3, padding_s=padding_s, batch_norm=True
    ).eval()
    assert block(torch.zeros(2, n_channels, n_times)).shape == (2, block.n_tokens, block.dim)
