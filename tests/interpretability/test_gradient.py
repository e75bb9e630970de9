import pytest
import torch
from interpretability.scenes import LinearScores, SmoothScores, noise

from eegbench.interpretability.gradient import time_gradients
from eegbench.model.chambon2018 import Chambon2018


def test_the_gradient_of_a_linear_network_is_its_weight():
    weight = noise(2, 3, 8)
    found = time_gradients(LinearScores(weight), noise(4, 3, 8))
    torch.testing.assert_close(found, weight[:, None].expand(2, 4, 3, 8))


def test_a_window_s_gradient_does_not_depend_on_its_batch():
    network, x = SmoothScores(), noise(4, 3, 16)
    together = time_gradients(network, x)
    alone = torch.cat([time_gradients(network, x[i : i + 1]) for i in range(4)], dim=1)
    torch.testing.assert_close(together, alone)


def test_gradients_are_taken_where_the_caller_asked_for_none():
    with torch.no_grad():
        assert time_gradients(SmoothScores(), noise(1, 3, 16)).abs().sum() > 0


def test_windows_and_weights_are_left_as_they_were():
    network, x = SmoothScores(), noise(1, 3, 16)
    time_gradients(network, x)
    assert not x.requires_grad
    assert network.filters.grad is None


@pytest.mark.parametrize("batch_norm", [True, False])
def test_operations_of_our_own_are_gone_back_for_every_score(batch_norm):
    torch.manual_seed(0)
    network = Chambon2018(
        n_channels=2, n_times=400, sfreq=100.0, embed_dim=3, n_filters=2, dropout=0.5, batch_norm=batch_norm
    ).eval()
    x = noise(2, 2, 400).float()
    found = time_gradients(network.embed, x)
    step = torch.zeros_like(x)
    step[0, 1, 200] = 1e-2
    with torch.no_grad():
        slope = (network.embed(x + step) - network.embed(x - step))[0] / 2e-2
    torch.testing.assert_close(found[:, 0, 1, 200], slope, rtol=0.05, atol=1e-4)
