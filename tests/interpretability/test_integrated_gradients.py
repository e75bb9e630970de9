import numpy as np
import torch
from interpretability.scenes import LinearScores, SmoothScores, noise, scene_of

from eegbench.interpretability.integrated_gradients import IntegratedGradients, integrated


def test_they_add_up_to_the_difference_of_scores_to_silence():
    network, x = SmoothScores(), noise(5, 3, 16)
    found = integrated(network, x, 50).sum((2, 3)).T
    torch.testing.assert_close(found, network(x) - network(torch.zeros_like(x)), rtol=1e-3, atol=1e-5)


def test_the_mean_map_adds_up_too():
    network, x = SmoothScores(), noise(5, 3, 16)
    found = IntegratedGradients(n_steps=50).explain(scene_of(network, x), np.random.default_rng(0))
    difference = (network(x) - network(torch.zeros_like(x))).mean(0)
    np.testing.assert_allclose(found.values.sum((1, 2)), difference.detach(), rtol=1e-3, atol=1e-5)


def test_of_a_linear_network_one_step_is_exact():
    weight, x = noise(2, 3, 8), noise(5, 3, 8)
    torch.testing.assert_close(integrated(LinearScores(weight), x, 1), x * weight[:, None])
