"""Batch normalisation in two processes equals that of one process on the complete batch."""

import pytest
import torch
from forms import windows_of
from joint_work import NORMS, normalise
from torch import nn

from eegbench.model.base import SignalEncoder
from eegbench.trainer.batch_norm import fit_statistics, has_statistics

pytestmark = pytest.mark.slow


@pytest.fixture
def found(two_processes):
    return [one["norms"] for one in two_processes]


@pytest.mark.parametrize("name", NORMS)
def test_outputs_gradients_and_running_statistics_are_those_of_the_whole_batch(found, name):
    first, second = (one[name] for one in found)
    whole = normalise(name)
    assert set(whole) == set(first) == set(second)
    for what, value in whole.items():
        if what.startswith("rows"):
            torch.testing.assert_close(torch.cat([first[what], second[what]]), value, rtol=1e-5, atol=1e-5)
        else:
            torch.testing.assert_close(first[what], value, rtol=1e-5, atol=1e-5)
            assert torch.equal(first[what], second[what])


def test_a_batch_of_one_value_a_channel_is_refused_by_all(found):
    assert all("needs two values a channel" in one["one value"] for one in found)


class Normed(SignalEncoder):
    """Means over time of channels, normalised over windows, then dropped out."""

    embed_dim = 2

    def __init__(self):
        super().__init__()
        self.norm, self.dropout = nn.BatchNorm1d(2), nn.Dropout(0.5)

    def features(self, x):
        return self.embed(x)[:, None]

    def embed(self, x):
        return self.dropout(self.norm(x.mean(-1)))


def test_statistics_are_means_over_batches_and_all_else_stays_as_it_was():
    encoder = Normed()
    encoder.eval()
    x = 3 + 2 * torch.randn(3, 40, 2, 5, generator=torch.Generator().manual_seed(0))
    fit_statistics(encoder, [windows_of(part) for part in x])
    means = x.mean(-1)
    torch.testing.assert_close(encoder.norm.running_mean, means.mean(1).mean(0))
    torch.testing.assert_close(encoder.norm.running_var, means.var(1).mean(0))
    assert encoder.norm.momentum == 0.1
    assert not any(layer.training for layer in encoder.modules())
    torch.testing.assert_close(encoder.norm.weight, torch.ones(2))
    first = encoder(windows_of(x[0]))
    fit_statistics(encoder, [windows_of(part) for part in x])
    torch.testing.assert_close(encoder(windows_of(x[0])), first)  # earlier statistics are forgotten


def test_an_encoder_without_running_statistics_has_none():
    assert has_statistics(Normed())
    assert not has_statistics(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2, track_running_stats=False)))
