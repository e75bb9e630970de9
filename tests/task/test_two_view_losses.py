"""Losses of two augmented views equal sums written out by hand, and vanish where they must."""

import numpy as np
import pytest
import torch
from forms import form_of

from eegbench.task import simsiam
from eegbench.task.barlow_twins import BarlowTwins
from eegbench.task.supcon import Supcon
from eegbench.task.vicreg import Vicreg

FORM = form_of(("A",), 10.0, 20)
SIZES = {"embed_dim": 3, "form": FORM, "augmentations": {}, "hidden_dim": 8, "out_dim": 4}


def vicreg(**weights):
    return Vicreg(**SIZES, **({"invariance": 25.0, "variance": 25.0, "covariance": 1.0} | weights))


def views(n=12, seed=3):
    return torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))


def mean(outcome):
    return float(outcome.loss_sum.detach() / outcome.n)


def test_vicreg_has_the_terms_of_the_paper():
    z = views() * 0.5
    first, second = z[0::2].double().numpy(), z[1::2].double().numpy()
    expected = 25 * np.mean((first - second) ** 2)
    for one in (first, second):
        covariance = np.cov(one.T)
        expected += 25 * np.mean(np.maximum(0, 1 - np.sqrt(np.diag(covariance) + 1e-4)))
        expected += sum(covariance[i, j] ** 2 for i in range(4) for j in range(4) if i != j) / 4
    outcome = vicreg().compare(z)
    assert outcome.n == 6
    assert mean(outcome) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("n", [2, 12])
def test_vicreg_of_collapsed_views_is_the_variance_term_alone(n):
    assert mean(vicreg().compare(torch.ones(n, 4))) == pytest.approx(2 * 25 * 0.99)


def test_vicreg_of_equal_spread_and_independent_dimensions_is_0():
    signs = torch.tensor([[1.0, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]])
    z = 2 * torch.cat([signs[:, 1:], -signs[:, 1:]]).repeat_interleave(2, 0)
    assert mean(vicreg().compare(z)) == pytest.approx(0, abs=1e-10)


def barlow_twins():
    return BarlowTwins(**SIZES, redundancy=5e-3)


def test_barlow_twins_has_the_correlations_between_dimensions():
    z = views()
    correlation = np.corrcoef(z[0::2].T, z[1::2].T)[:4, 4:]
    own = np.diag(correlation)
    expected = ((1 - own) ** 2).sum() + 5e-3 * ((correlation**2).sum() - (own**2).sum())
    assert mean(barlow_twins().compare(z)) == pytest.approx(expected, rel=1e-4)


def test_barlow_twins_of_identical_views_with_independent_dimensions_is_0():
    signs = torch.tensor([[1.0, 1], [1, -1], [-1, 1], [-1, -1]]).repeat_interleave(2, 0)
    assert mean(barlow_twins().compare(3 * signs + 5)) == pytest.approx(0, abs=1e-8)
    assert mean(barlow_twins().compare(torch.cat([signs[:, :1]] * 2, dim=1))) == pytest.approx(2 * 5e-3, rel=1e-3)


def cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_simsiam_is_the_mean_of_both_directions_and_has_no_gradient_through_the_projection():
    predicted, projected = views(6, seed=1).requires_grad_(), views(6, seed=2).requires_grad_()
    outcome = simsiam.compare(predicted, projected)
    p, z = predicted.detach().double().numpy(), projected.detach().double().numpy()
    expected = [-(cosine(p[2 * i], z[2 * i + 1]) + cosine(p[2 * i + 1], z[2 * i])) / 2 for i in range(3)]
    assert mean(outcome) == pytest.approx(np.mean(expected), rel=1e-5)
    outcome.loss_sum.backward()
    assert projected.grad is None
    assert predicted.grad.abs().sum() > 0


def test_supcon_is_the_mean_over_positives_of_the_paper():
    task, z, y = Supcon(**SIZES, temperature=0.5), views(8), torch.tensor([0, 0, 1, 1, 0, 0, 2, 2])
    unit = (z / z.norm(dim=1, keepdim=True)).double().numpy()
    losses, nearest = [], 0
    for i in range(8):
        others = [k for k in range(8) if k != i]
        similar = {k: np.exp(unit[i] @ unit[k] / 0.5) for k in others}
        positives = [k for k in others if y[k] == y[i]]
        losses.append(np.mean([-np.log(similar[k] / sum(similar.values())) for k in positives]))
        nearest += y[max(similar, key=similar.get)] == y[i]
    outcome = task.compare(z, y)
    assert outcome.n == 8
    assert float(outcome.loss_sum) == pytest.approx(sum(losses), rel=1e-5)
    assert outcome.sums["positive_first"] == (nearest, 8)


def test_supcon_says_that_it_uses_labels_and_has_no_network():
    assert Supcon.uses_labels()
    assert not Supcon.is_supervised()
    assert not Vicreg.uses_labels()
