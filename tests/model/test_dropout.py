"""Dropout drops the requested fraction of values, as torch's does."""

import pytest
import torch

from eegbench.model.dropout import UniformDropout


def ones() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.ones(200, 500)


def test_numbers_are_zero_or_scaled_up_in_training():
    assert UniformDropout(0.2).train()(ones()).unique().tolist() == [0, 1.25]


@pytest.mark.parametrize("p", [0.1, 0.5])
def test_the_share_that_is_told_is_dropped(p):
    dropped = (UniformDropout(p).train()(ones()) == 0).float().mean()
    assert dropped.item() == pytest.approx(p, abs=0.005)  # five standard deviations of 100,000 draws


@pytest.mark.parametrize(("p", "expected"), [(0.0, 1.0), (1.0, 0.0)])
def test_nothing_and_everything_can_be_dropped(p, expected):
    assert (UniformDropout(p).train()(ones()) == expected).all()


def test_evaluation_leaves_all():
    assert torch.equal(UniformDropout(0.5).eval()(ones()), ones())


def test_the_gradient_is_that_of_the_numbers_that_are_left():
    x = ones().requires_grad_()
    out = UniformDropout(0.5).train()(x)
    out.sum().backward()
    assert torch.equal(x.grad, out.detach())


def test_half_precision_stays_half_precision():
    assert UniformDropout(0.5).train()(ones().bfloat16()).dtype == torch.bfloat16
