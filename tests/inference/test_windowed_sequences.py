"""The published way to measure speed uses the same network: same weights, same windows, same scores."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from forms import form_of
from options import CONF, node_of

from eegbench.config import Spec
from eegbench.inference.description import Description
from eegbench.inference.network import Network
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder
from eegbench.model.sequence.residual_gru import ResidualGru
from eegbench.store.windows import Windows

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks" / "peer"))

import windowed_sequences as peer

N_CHANNELS, N_EPOCHS, LENGTH = 3, 9, 5


@pytest.fixture(scope="module")
def ours() -> Network:
    form = replace(form_of(tuple("ABC"), 100.0, 3000), features={"index": 1, "cycles": 5})
    torch.manual_seed(0)
    encoder = build_encoder(Spec(node_of(CONF / "model" / "simple_sleep_net.yaml"), Encoder, "model"), form)
    encoder.signals.normalisers["standardise"].mean.normal_(-4.0)
    encoder.signals.normalisers["standardise"].deviation.uniform_(0.5, 2.0)
    sequence = ResidualGru(in_dim=encoder.embed_dim, hidden_dim=25, n_layers=2, bidirectional=True, dropout=0.5)
    weight, bias = torch.randn(5, 50), torch.randn(5)
    description = Description(encoder={}, classes=tuple("W123R"), form=form, context=LENGTH)
    return Network(encoder, sequence=sequence, weight=weight, bias=bias, description=description).eval()


@pytest.fixture(scope="module")
def theirs(ours) -> peer.WindowedSleepNet:
    net = peer.WindowedSleepNet(N_CHANNELS)
    net.load_state_dict({peer.name_of(name): tensor for name, tensor in ours.state_dict().items()})
    return net.eval()


@pytest.fixture(scope="module")
def record() -> tuple[np.ndarray, np.ndarray]:
    """Samples (n_samples, n_channels) in µV and features of a record."""
    rng = np.random.default_rng(0)
    samples = 300 * rng.standard_normal((N_EPOCHS * 3000, N_CHANNELS)).astype(np.float32)  # some beyond the limit
    return samples, rng.standard_normal((N_EPOCHS, 6)).astype(np.float32)


@torch.no_grad()
def test_windows_encoded_again_have_the_scores_of_epochs_encoded_once(ours, theirs, record):
    samples, features = record
    first = np.arange(N_EPOCHS - LENGTH + 1)
    items = peer.WindowsOfEpochs(
        [samples], [features], [np.zeros(N_EPOCHS, int)], np.stack([0 * first, first], 1), LENGTH
    )
    x, beside, _ = torch.utils.data.default_collate([items[number] for number in range(len(items))])

    windows = torch.from_numpy(samples).view(N_EPOCHS, 3000, N_CHANNELS).transpose(1, 2).contiguous()
    both = torch.from_numpy(features)
    z = ours.embed(Windows({"eeg": windows}, features={"index": both[:, :1], "cycles": both[:, 1:]}))
    index = torch.from_numpy(first[:, None] + np.arange(LENGTH))
    expected = ours.scores(z[index], torch.ones(index.shape, dtype=torch.bool))
    torch.testing.assert_close(theirs(x, beside), expected, atol=1e-4, rtol=0)


def test_the_same_weights_under_other_names(ours, theirs):
    assert {peer.name_of(name) for name in ours.state_dict()} == set(theirs.state_dict())


@torch.no_grad()
def test_a_night_takes_the_sum_of_log_probabilities_of_its_windows(theirs):
    x = torch.randn(3, LENGTH, N_CHANNELS, 3000, generator=torch.Generator().manual_seed(1))
    features = torch.zeros(3, LENGTH, 6)
    logs = theirs(x, features).log_softmax(2)
    stages = peer.stage_night(theirs, [(x[:2], features[:2]), (x[2:], features[2:])], LENGTH + 2)
    assert stages[0] == logs[0, 0].argmax()
    assert stages[2] == (logs[0, 2] + logs[1, 1] + logs[2, 0]).argmax()
