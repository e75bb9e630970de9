"""The fused filter, normalisation and pooling give the outputs and gradients of three separate layers."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from eegbench.model.kernel import maxima as module
from eegbench.model.kernel.pooled_filter import pooled_filter

SHAPES = {
    "n_signals": st.integers(1, 5),
    "n_filters": st.integers(1, 4),
    "kernel": st.integers(2, 9),
    "pool": st.integers(1, 6),
    "more": st.integers(20, 60),
    "seed": st.integers(0, 10_000),
}


def layer_by_layer(signals: Tensor, convolution: nn.Conv2d, norm: nn.Module, pool: int) -> Tensor:
    outputs = norm(convolution(signals[:, None, None]))
    return nn.functional.max_pool2d(outputs, (1, pool))[:, :, 0].transpose(1, 2)


def made(seed: int, n_signals: int, n_times: int, n_filters: int, kernel: int) -> tuple[Tensor, nn.Conv2d, nn.Module]:
    """Return random signals, a convolution, and a normalisation with scales of both signs."""
    torch.manual_seed(seed)
    norm = nn.BatchNorm2d(n_filters)
    for tensor in (norm.weight, norm.bias, norm.running_mean):
        nn.init.normal_(tensor)
    return torch.randn(n_signals, n_times), nn.Conv2d(1, n_filters, (1, kernel)), norm


def outcomes(function, signals, convolution, norm, pool, given_gradient) -> dict[str, Tensor]:
    """Return outputs, gradients and running statistics of copies of all arguments."""
    signals, convolution, norm = signals.clone().requires_grad_(), copy.deepcopy(convolution), copy.deepcopy(norm)
    pooled = function(signals, convolution, norm, pool)
    pooled.backward(given_gradient)
    found = {"pooled": pooled.detach(), "signals": signals.grad}
    for part, names in ((convolution, ("weight", "bias")), (norm, ("weight", "bias"))):
        found |= {f"{type(part).__name__}.{name}": getattr(part, name).grad for name in names if hasattr(part, name)}
    return found | {f"running.{name}": buffer for name, buffer in norm.named_buffers()}


def assert_same(signals: Tensor, convolution: nn.Conv2d, norm: nn.Module, pool: int, leave_out: str = "") -> None:
    gradient = torch.randn(
        len(signals), (signals.shape[1] - convolution.kernel_size[1] + 1) // pool, convolution.out_channels
    )
    expected = outcomes(layer_by_layer, signals, convolution, norm, pool, gradient)
    found = outcomes(pooled_filter, signals, convolution, norm, pool, gradient)
    assert found.keys() == expected.keys()
    if norm.training and isinstance(norm, nn.BatchNorm2d):  # which takes a bias away: the layers' gradient is rounding
        assert not found.pop("Conv2d.bias").any()
    for name in found.keys() - {leave_out}:
        tolerance = 1e-5 * max(1.0, float(expected[name].abs().max()))
        torch.testing.assert_close(
            found[name], expected[name], rtol=1e-5, atol=tolerance, msg=lambda said, n=name: f"{n}: {said}"
        )


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(**SHAPES)
def test_outputs_gradients_and_running_statistics_are_those_of_the_layers(
    n_signals, n_filters, kernel, pool, more, seed
) -> None:
    signals, convolution, norm = made(seed, n_signals, kernel + pool - 1 + more, n_filters, kernel)
    assert_same(signals, convolution, norm.train(), pool)
    assert_same(signals, convolution, norm.eval(), pool)
    assert_same(signals, convolution, nn.Identity(), pool)


def test_running_statistics_without_a_momentum_are_means_over_batches() -> None:
    signals, convolution, norm = made(0, 3, 60, 2, 5)
    norm.momentum = None
    plain = copy.deepcopy(norm)
    for batch in (signals, 2 * signals, 5 + signals):
        pooled_filter(batch, convolution, norm, 4)
        layer_by_layer(batch, convolution, plain, 4)
    torch.testing.assert_close(norm.running_mean, plain.running_mean)
    torch.testing.assert_close(norm.running_var, plain.running_var)
    assert int(norm.num_batches_tracked) == 3


def test_the_sizes_of_a_sleep_stager_agree_also_over_many_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(module.PIECE_BYTES, "cpu", 100_000)
    signals, convolution, norm = made(0, 8, 3050, 16, 50)
    assert_same(signals, convolution, norm.train(), 13)


def test_the_way_back_can_be_gone_twice() -> None:
    signals, convolution, norm = made(0, 4, 60, 3, 5)
    loss = pooled_filter(signals, convolution, norm.train(), 4).square().sum()
    first = torch.autograd.grad(loss, convolution.weight, retain_graph=True)
    assert torch.equal(first[0], torch.autograd.grad(loss, convolution.weight)[0])


def test_where_outputs_are_equal_the_first_is_chosen_as_by_the_pool() -> None:
    signals, convolution, _ = made(0, 4, 60, 3, 5)
    whole = copy.deepcopy(convolution)
    nn.init.constant_(whole.weight, 2.0)  # whole numbers: no rounding decides
    nn.init.constant_(whole.bias, 1.0)
    assert_same(torch.ones_like(signals), whole, nn.Identity(), 4)
    assert_same(torch.randint(0, 2, signals.shape).float(), whole, nn.Identity(), 4)


def test_flat_and_repeating_signals_have_the_gradients_of_the_layers() -> None:
    signals, convolution, norm = made(0, 4, 61, 3, 5)
    signals[0], signals[1] = 0.0, 3.0
    signals[2] = torch.arange(61) % 3
    # rounding decides between equal outputs, so which sample gets the gradient is open; no weight can tell
    assert_same(signals, convolution, norm.train(), 4, leave_out="signals")


def test_signals_far_from_zero_lose_no_precision() -> None:
    signals, convolution, norm = made(0, 6, 400, 4, 25)
    offset = 1000.0
    gradient = torch.randn(6, (400 - 24) // 13, 4)
    near = outcomes(pooled_filter, signals, convolution, norm.train(), 13, gradient)
    far = outcomes(pooled_filter, signals + offset, convolution, norm.train(), 13, gradient)
    for name in ("pooled", "signals", "Conv2d.weight"):
        torch.testing.assert_close(far[name], near[name], rtol=0, atol=1e-3 * float(near[name].abs().max()))


def test_a_filter_of_what_a_low_pass_has_removed_keeps_its_variance() -> None:
    """The variance of such a filter is far below that of the signal and must not be lost in sums of squares."""
    signals, convolution, norm = made(0, 16, 3050, 2, 50)
    spectrum = torch.fft.rfft(signals.double())
    spectrum[:, 1050:] *= 1e-3  # above about 34 of 50 Hz
    signals = torch.fft.irfft(spectrum, n=3050).float()
    times = torch.arange(50.0)
    with torch.no_grad():
        for filter_, hz in zip(convolution.weight, (40.0, 47.0), strict=True):
            filter_[0, 0] = torch.hann_window(50) * torch.cos(2 * torch.pi * hz / 100 * times)
    outputs = convolution(signals[:, None, None]).detach()[:, :, 0]
    expected = outputs.double().var((0, 2))
    assert (expected < 1e-3).all()
    pooled_filter(signals, convolution, norm.train(), 13)
    found = (norm.running_var - 0.9) / 0.1
    torch.testing.assert_close(found.double(), expected, rtol=1e-3, atol=1e-5)


def test_half_precision_is_near_and_gives_half_precision() -> None:
    signals, convolution, norm = made(0, 8, 3050, 16, 50)
    expected = layer_by_layer(signals, convolution, norm.train(), 13).detach()
    with torch.autocast("cpu", torch.bfloat16):
        found = pooled_filter(signals, convolution, norm, 13)
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found.float(), expected, rtol=0, atol=0.03 * float(expected.abs().max()))
