"""Methods find what a network uses where that is known, and find nothing in a network that learned nothing."""

import numpy as np
import pytest
import torch
from interpretability.known_truth import case, channel_auc, frequency_auc, methods

from eegbench.interpretability.base import Attribution
from eegbench.interpretability.faithfulness import faithfulness
from eegbench.interpretability.randomised import randomised, similarity

METHODS = methods()
MUST_FIND = [name for name in ("amplitude_gradient", "amplitude_perturbation", "occlusion") if name in METHODS]
N_SHUFFLED = 3


@pytest.fixture(scope="module")
def learned():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield case(seed=0)
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def shuffled(learned):
    rngs = [np.random.default_rng(seed) for seed in range(N_SHUFFLED)]
    return [learned.scene.of(randomised(learned.scene.network, learned.scene, rng)) for rng in rngs]


def explained(name, scene) -> Attribution:
    return METHODS[name].explain(scene, np.random.default_rng(0))


pytestmark = pytest.mark.slow


def test_the_network_has_learned_the_truth(learned):
    assert learned.accuracy > 0.9


@pytest.mark.parametrize("name", MUST_FIND)
def test_channels_and_frequencies_are_found(name, learned):
    found = explained(name, learned.scene)
    assert channel_auc(found) > 0.9
    assert frequency_auc(found) > 0.9


@pytest.mark.parametrize("name", MUST_FIND)
def test_shuffled_networks_do_not_show_the_channels(name, learned, shuffled):
    found, controls = explained(name, learned.scene), [explained(name, scene) for scene in shuffled]
    assert np.mean([channel_auc(control) for control in controls]) < 0.8
    assert np.mean([similarity(found, control) for control in controls]) < 0.5


@pytest.mark.parametrize("name", MUST_FIND)
def test_what_is_found_carries_the_decisions(name, learned):
    scores = faithfulness(explained(name, learned.scene), learned.scene, np.random.default_rng(0))
    assert scores.deletion < scores.deletion_random
    assert scores.insertion > scores.insertion_random


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_method_fits_the_contract(name, learned):
    found, scene = explained(name, learned.scene), learned.scene
    assert found.values.shape == (len(found.outputs), len(found.channels), len(found.places))
    assert np.isfinite(found.values).all()
    assert found.channels in (scene.group.channels, ("all",))
    assert (found.outputs == scene.classes) == found.is_by_class
    assert len(found.table()) == found.values.size
