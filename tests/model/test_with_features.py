"""Additional features are encoded separately and appended to the embedding of the signals."""

import numpy as np
import torch

from eegbench.config import Spec
from eegbench.model.base import Encoder
from eegbench.model.feature_encoder import FeatureEncoder
from eegbench.model.feature_encoder.fully_connected import FullyConnected
from eegbench.model.normaliser import Normaliser
from eegbench.model.with_features import WithFeatures
from eegbench.store.windows import Windows
from eegbench.types import Form, Group

FORM = Form({"eeg": Group(("A", "B"), 100.0, 3000, np.full((2, 3), np.nan))}, "window", {"index": 1, "cycles": 5})
STAGER = {
    "_target_": "eegbench.model.stager_net.StagerNet",
    **{"embed_dim": 100, "n_filters": 16, "dropout": 0.0, "field_s": None, "dense": False},
}
STANDARDISE = {"_target_": "eegbench.model.normaliser.standardise.Standardise"}
LINEAR = {"_target_": "eegbench.model.feature_encoder.fully_connected.FullyConnected", "layers": [5], "dropout": 0.0}


def build(layers: list[int], **normalisers: Spec) -> WithFeatures:
    torch.manual_seed(0)
    signals = Spec(STAGER, Encoder, "model.signals")
    features = Spec({**LINEAR, "layers": layers}, FeatureEncoder, "model.features")
    return WithFeatures(form=FORM, signals=signals, normalisers=normalisers, features=features).eval()


def windows(n: int = 3) -> Windows:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(n, 2, 3000, generator=generator)
    features = {"cycles": torch.rand(n, 5, generator=generator), "index": torch.rand(n, 1, generator=generator)}
    return Windows({"eeg": x}, None, features)


def test_the_embedding_is_that_of_the_signals_and_then_the_features_in_the_order_of_the_form():
    encoder, given = build([]), windows()
    embedded = encoder(given)
    assert embedded.shape == (3, encoder.embed_dim) == (3, 106)
    assert torch.equal(embedded[:, :100], encoder.signals(Windows(given.x)))
    assert torch.equal(embedded[:, 100:], torch.cat([given.features["index"], given.features["cycles"]], dim=1))


def test_every_token_has_the_features():
    encoder, given = build([4]), windows()
    tokens = encoder.tokens(given)
    assert torch.equal(tokens[:, 0, -4:], encoder(given)[:, -4:])
    assert torch.equal(tokens[:, :, :-4], encoder.signals.tokens(Windows(given.x)))


def test_a_selection_of_windows_keeps_their_features():
    encoder, given = build([5]), windows()
    torch.testing.assert_close(encoder(given[torch.tensor([2, 0])]), encoder(given)[[2, 0]])


def test_the_published_layer_has_35_weights():
    assert sum(one.numel() for one in FullyConnected(dim=6, layers=(5,), dropout=0.0).parameters()) == 35


def test_features_are_standardised_by_those_of_train():
    encoder = build([], standardise=Spec({**STANDARDISE, "batch_moments": False}, Normaliser, "model.normalisers"))
    given = windows(20)
    encoder.fit(lambda: [given[slice(0, 15)], given[slice(15, 20)]])
    features = encoder(given)[:, 100:]
    torch.testing.assert_close(features.mean(0), torch.zeros(6), atol=1e-6, rtol=0)
    torch.testing.assert_close(features.std(0), torch.ones(6))
