"""Rollout of attention: the published example, and what must hold of every product."""

import numpy as np
import pytest
import torch

from eegbench.interpretability.rollout import fused, gradient_rollout, rollout, upstream_rollout

FIRST = [[0.5, 0.25, 0.25], [0.2, 0.6, 0.2], [0.1, 0.1, 0.8]]
SECOND = [[0.7, 0.2, 0.1], [0.3, 0.3, 0.4], [0.25, 0.5, 0.25]]
LAYERS = torch.tensor([[FIRST, SECOND]], dtype=torch.float64)


def test_the_rollout_of_the_example_is_the_standard_one():
    expected = [[0.65, 0.18875, 0.16125], [0.1875, 0.54875, 0.26375], [0.15, 0.246875, 0.603125]]
    np.testing.assert_allclose(rollout(LAYERS)[0], expected, atol=1e-12)


def test_the_published_computation_multiplies_in_the_other_order_without_residuals():
    expected = [[0.4875, 0.3, 0.2125], [0.37, 0.32, 0.31], [0.3, 0.45, 0.25]]
    found = upstream_rollout(LAYERS)[0]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    row = found[0, 1:]
    np.testing.assert_allclose(row / row.max(), [1.0, 0.7083], atol=1e-4)


def test_the_right_order_without_residuals_is_the_flow_of_the_example():
    expected = [[0.4, 0.305, 0.295], [0.25, 0.295, 0.455], [0.25, 0.3875, 0.3625]]
    np.testing.assert_allclose(LAYERS[0, 1] @ LAYERS[0, 0], expected, atol=1e-12)
    np.testing.assert_allclose(upstream_rollout(LAYERS.flip(1))[0], expected, atol=1e-12)


@pytest.mark.parametrize("heads", ["mean", "max", "min"])
def test_rows_add_up_to_1_however_heads_are_fused(heads):
    weights = torch.randn(4, 5, 8, 7, 7, generator=torch.Generator().manual_seed(0)).softmax(-1)
    assert fused(weights, heads).shape == (4, 5, 7, 7)
    torch.testing.assert_close(rollout(fused(weights, heads)).sum(-1), torch.ones(4, 7))


def test_heads_are_fused_as_named():
    weights = torch.tensor([[[[[0.2, 0.8], [0.5, 0.5]], [[0.6, 0.4], [0.1, 0.9]]]]])
    np.testing.assert_allclose(fused(weights, "mean")[0, 0], [[0.4, 0.6], [0.3, 0.7]], atol=1e-6)
    np.testing.assert_allclose(fused(weights, "max")[0, 0], [[0.6, 0.8], [0.5, 0.9]], atol=1e-6)
    np.testing.assert_allclose(fused(weights, "min")[0, 0], [[0.2, 0.4], [0.1, 0.5]], atol=1e-6)


def test_an_order_of_the_batch_changes_no_map():
    weights = torch.randn(6, 2, 3, 5, 5, generator=torch.Generator().manual_seed(1)).softmax(-1)
    order = torch.tensor([4, 2, 0, 5, 1, 3])
    for rolled in (lambda w: rollout(fused(w, "mean")), lambda w: gradient_rollout(w, w - 0.2)):
        assert torch.equal(rolled(weights[order]), rolled(weights)[order])


def test_gradients_weigh_attention_and_what_speaks_against_the_score_counts_nothing():
    weights = torch.full((1, 1, 2, 2, 2), 0.5)
    gradients = torch.tensor([[[[[1.0, -1.0], [0.0, 3.0]], [[3.0, -1.0], [0.0, 1.0]]]]])
    np.testing.assert_allclose(gradient_rollout(weights, gradients)[0], [[2.0, 0.0], [0.0, 2.0]])
    twice = gradient_rollout(weights.expand(1, 2, 2, 2, 2), gradients.expand(1, 2, 2, 2, 2))
    np.testing.assert_allclose(twice[0], [[4.0, 0.0], [0.0, 4.0]])
