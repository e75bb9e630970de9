import numpy as np
from interpretability.scenes import LinearScores, noise, scene_of

from eegbench.interpretability.saliency import Saliency


def test_of_a_linear_network_it_is_the_weights_without_their_sign():
    weight = noise(2, 3, 8)
    found = Saliency().explain(scene_of(LinearScores(weight), noise(5, 3, 8)), np.random.default_rng(0))
    np.testing.assert_allclose(found.values, weight.abs().numpy())
    np.testing.assert_allclose(found.standard_error, 0, atol=1e-7)
    assert found.axis == "time_s"
    assert not found.is_signed
