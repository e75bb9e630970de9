import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eegbench.interpretability.spectral_noise import perturb

amplitudes = st.lists(st.floats(-1e3, 1e3, width=32, allow_subnormal=False), min_size=8, max_size=8)


@settings(max_examples=50, deadline=None)
@given(amplitudes, st.lists(st.floats(-1e4, 1e4, width=32, allow_subnormal=False), min_size=5, max_size=5))
def test_amplitudes_never_fall_below_nothing_and_phases_stay(x, noise):
    x, noise = torch.tensor(x)[None, None], torch.tensor(noise)[None, None]
    spectrum = torch.fft.rfft(x)
    perturbed, effect = perturb(x, noise, "additive")
    after = spectrum.abs() + effect
    assert (after >= 0).all()
    assert (effect >= noise).all()
    rounding = 1e-5 * (after.max() + spectrum.abs().max()).item() + 1e-30
    phase = torch.where(spectrum == 0, 1, spectrum.sgn())
    assert torch.fft.rfft(perturbed).numpy() == pytest.approx((after * phase).numpy(), abs=rounding)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 99), st.sampled_from(["additive", "multiplicative", "phase"]), st.integers(4, 33))
def test_the_less_noise_the_less_a_window_changes(seed, kind, n_times):
    x = torch.randn(2, 3, n_times, generator=torch.Generator().manual_seed(seed))
    noise = torch.full((2, 1 if kind == "phase" else 3, n_times // 2 + 1), 1e-7)
    assert perturb(x, noise, kind)[0].numpy() == pytest.approx(x.numpy(), abs=1e-5)


def test_a_window_of_zeros_takes_noise_in_at_phase_0():
    perturbed, effect = perturb(torch.zeros(1, 1, 8), torch.tensor([[[0.0, 1.0, -1.0, 0.0, 0.0]]]), "additive")
    assert effect.flatten().tolist() == [0, 1, 0, 0, 0]
    assert perturbed.flatten().numpy() == pytest.approx(np.cos(2 * np.pi * np.arange(8) / 8) / 4, abs=1e-6)
