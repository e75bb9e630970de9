"""Lines of Python in the documentation do what is said of them."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from forms import form_of
from options import CONF, node_of

from eegbench.config import Spec
from eegbench.inference.description import Description
from eegbench.inference.network import Network, save_network
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder

DOCS = Path(__file__).resolve().parents[1] / "docs"
CHANNELS = ("Fz", "Cz", "Oz")


@pytest.fixture
def network() -> Network:
    form, node = form_of(CHANNELS, 100.0, 200), node_of(CONF / "model/eeg_transformer.yaml")
    torch.manual_seed(0)
    encoder = build_encoder(Spec(node, Encoder, "model"), form)
    weight = torch.randn(2, encoder.embed_dim)
    description = Description(encoder=node, classes=("open", "closed"), form=form)
    return Network(encoder, weight=weight, bias=torch.zeros(2), description=description).eval()


def test_attention_is_recorded_of_a_saved_network_and_of_its_encoder(network, tmp_path):
    text = (DOCS / "interpretability.md").read_text(encoding="utf-8")
    of_saved, called = (one for one in re.findall(r"```python\n(.*?)```", text, re.S) if "record_attention" in one)
    save_network(network, tmp_path / "network")
    signals = np.random.default_rng(0).normal(size=(4, 3, 200))
    known = {"RUN": tmp_path, "signals": signals}
    exec(compile(of_saved, "interpretability.md", "exec"), known)
    np.testing.assert_allclose(known["probabilities"], network.probabilities(signals), atol=1e-5)
    weights = known["attention"].weights
    exec(compile(called, "interpretability.md", "exec"), known)
    again = known["attention"].weights
    np.testing.assert_allclose(known["scores"].softmax(1).detach(), known["probabilities"], atol=1e-5)
    torch.testing.assert_close(known["embeddings"] @ network.weight.T, known["scores"])
    assert weights.shape == (4, 5, 8, 4, 4)
    torch.testing.assert_close(weights.sum(-1), torch.ones(4, 5, 8, 4))
    torch.testing.assert_close(again, weights)
    assert again.requires_grad
    assert not weights.requires_grad
    assert known["attention"].tokens.channels == CHANNELS
