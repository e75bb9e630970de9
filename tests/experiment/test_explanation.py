"""The checks next to a map: of the same windows, whichever the method selects."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from interpretability.scenes import scene_of
from interpretability.test_attention_rollout import OPTIONS, Classifier, explained, x_of

from eegbench.config import Spec
from eegbench.experiment.explanation import _ask, _metrics
from eegbench.interpretability import Method
from eegbench.interpretability.randomised import similarity
from eegbench.report.console import print_checks
from eegbench.report.methods.attribution import attribution_text

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


def test_used_and_available_windows_are_told_everywhere(scene, tmp_path, capsys):
    limit = float(np.median(explained(scene).windows["confidence"]))
    found, check = _ask("attention_rollout", spec_of(min_confidence=limit), scene, scene, 0)
    assert check["n_used"] == found.windows["used"].sum() == 6
    facts = {**check, "n_windows": 12, "split": "test", "predictor": "network", "seed": 0}
    print_checks(pd.DataFrame([facts]))
    assert re.search(r"attention_rollout +6 of 12 ", capsys.readouterr().out)
    made = {"options": TARGET | OPTIONS, "explain": {"n_windows": 100}}
    (tmp_path / "attention_rollout.json").write_text(json.dumps(facts | made))
    assert "were made on 6 of 12 windows of the split test with a class" in attribution_text(tmp_path)
    assert not any("n_used" in name for name in _metrics(pd.DataFrame([facts]), "explain"))
