import numpy as np
import torch
from interpretability.scenes import LinearScores, noise, scene_of

from eegbench.interpretability.input_x_gradient import InputXGradient, products


def test_of_a_linear_network_the_products_add_up_to_the_score_without_its_bias():
    network, x = LinearScores(noise(2, 3, 8), bias=3.0), noise(5, 3, 8)
    torch.testing.assert_close(products(network, x).sum((2, 3)).T, network(x) - 3.0)


def test_turning_windows_upside_down_leaves_the_map_of_a_network_of_powers():
    def powers(x):
        return x.square().mean(2)

    class Powers(torch.nn.Module):
        forward = staticmethod(powers)

    x, rng = noise(5, 3, 8), np.random.default_rng(0)
    upright, inverted = (InputXGradient().explain(scene_of(Powers(), sign * x), rng) for sign in (1, -1))
    np.testing.assert_allclose(upright.values, inverted.values)
    np.testing.assert_allclose(upright.values.sum((1, 2)), 2 * powers(x).mean(0))
