"""Moments of patches computed from the autocorrelation equal those computed from the patches."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eegbench.model.kernel.moments import patch_moments


@settings(max_examples=100, deadline=None)
@given(n_signals=st.integers(1, 5), width=st.integers(1, 40), more=st.integers(0, 90), seed=st.integers(0, 10_000))
def test_mean_and_second_moments_are_those_of_all_patches(n_signals, width, more, seed) -> None:
    signals = 3 * torch.randn(n_signals, width + more, generator=torch.Generator().manual_seed(seed)) + 1
    mean, second = patch_moments(signals, width, torch.float32)
    patches = signals.double().unfold(1, width, 1).flatten(0, 1)
    torch.testing.assert_close(mean, patches.mean(0), rtol=0, atol=1e-5)
    torch.testing.assert_close(second, patches.T @ patches / len(patches), rtol=0, atol=1e-4)


@settings(max_examples=100, deadline=None)
@given(n_signals=st.integers(1, 5), width=st.integers(1, 40), more=st.integers(0, 90), seed=st.integers(0, 10_000))
def test_their_gradient_is_that_of_the_patches(n_signals, width, more, seed) -> None:
    torch.manual_seed(seed)
    signals = torch.randn(n_signals, width + more, requires_grad=True)
    patches = signals.double().unfold(1, width, 1).flatten(0, 1)
    expected = patches.mean(0), patches.T @ patches / len(patches)
    given_ = torch.randn(width).double(), torch.randn(width, width).double()
    found = patch_moments(signals, width, torch.float32)
    one, other = (torch.autograd.grad(outputs, signals, given_)[0] for outputs in (found, expected))
    torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5 * max(1.0, float(other.abs().max())))
