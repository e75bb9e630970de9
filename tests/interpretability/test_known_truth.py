"""Methods find what a network uses where that is known, and find nothing in a network that learned nothing."""

import numpy as np
import pytest
import torch
from interpretability.known_truth import IN_TIME_ALONE, case, channel_auc, frequency_auc, methods

from eegbench.interpretability.base import Attribution
from eegbench.interpretability.faithfulness import faithfulness
from eegbench.interpretability.randomised import randomised, similarity

METHODS = methods()
N_SHUFFLED = 3

pytestmark = pytest.mark.slow


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


@pytest.fixture(scope="module", params=METHODS)
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def found(name, learned) -> Attribution:
    return explained(name, learned.scene)


def explained(name, scene) -> Attribution:
    return METHODS[name].explain(scene, np.random.default_rng(0))


def test_the_network_has_learned_the_truth(learned):
    assert learned.accuracy > 0.9


def test_channels_and_frequencies_are_found(name, found):
    aucs = [auc for auc in (channel_auc(found), frequency_auc(found)) if auc is not None]
    assert bool(aucs) == (name not in IN_TIME_ALONE)
    assert all(auc > 0.9 for auc in aucs)


def test_shuffled_networks_do_not_show_the_channels(name, found, shuffled):
    controls = [explained(name, scene) for scene in shuffled]
    assert np.mean([similarity(found, control) for control in controls]) < 0.5
    if name not in IN_TIME_ALONE:
        assert np.mean([channel_auc(control) for control in controls]) < 0.8


def test_what_is_found_carries_the_decisions(name, found, learned):
    scores = faithfulness(found, learned.scene, np.random.default_rng(0))
    assert (scores is not None) == found.is_by_class
    if scores is not None and name not in IN_TIME_ALONE:
        assert scores.deletion < scores.deletion_random
        assert scores.insertion > scores.insertion_random


def test_every_method_fits_the_contract(found, learned):
    scene = learned.scene
    assert found.values.shape == (len(found.outputs), len(found.channels), len(found.places))
    assert np.isfinite(found.values).all()
    assert found.channels in (scene.group.channels, ("all",))
    assert (found.outputs == scene.classes) == found.is_by_class
    assert len(found.table()) == found.values.size
