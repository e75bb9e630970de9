"""The checks next to a map: of the same windows, whichever the method selects."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from interpretability.scenes import scene_of
from interpretability.test_attention_rollout import OPTIONS, Classifier, explained, x_of

from eegbench.config import Spec
from eegbench.experiment.explanation import _ask
from eegbench.interpretability import Method
from eegbench.interpretability.randomised import similarity

TARGET = {"_target_": "eegbench.interpretability.attention_rollout.AttentionRollout"}


@pytest.fixture
def scene():
    return scene_of(Classifier(), x_of())


def spec_of(**changes) -> Spec[Method]:
    return Spec(TARGET | OPTIONS | changes, Method, "interpretability")


def test_a_shuffled_network_is_asked_of_the_windows_that_were_used(scene):
    limit = float(np.median(explained(scene).windows["confidence"]))
    other = Classifier()
    with torch.no_grad():
        for parameter in other.head.parameters():
            parameter.zero_()  # never sure: of its own windows none would be used
        for parameter in other.encoder.layers.parameters():
            parameter.mul_(-1.5)
    shuffled = scene.of(other.eval())
    with pytest.raises(ValueError, match="none of 12 windows is used"):
        explained(shuffled, min_confidence=limit)
    found, check = _ask("attention_rollout", spec_of(min_confidence=limit), scene, shuffled, 0)
    used = found.windows["used"].to_numpy()
    assert 0 < used.sum() < len(used)
    same = explained(replace(shuffled, labels=np.where(used, scene.labels, -1)))
    assert check["shuffled_similarity"] == pytest.approx(similarity(found, same))
    assert check["shuffled_similarity"] != pytest.approx(similarity(found, explained(shuffled)))
