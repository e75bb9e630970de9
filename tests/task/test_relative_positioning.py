"""Relative positioning with batch statistics of both views together, or of each view."""

import pytest
import torch
from forms import form_of, windows_of
from torch import nn

from eegbench.model.base import SignalEncoder
from eegbench.store.windows import Views
from eegbench.task.relative_positioning import RelativePositioning
from eegbench.task.supervised import Supervised


class Counting(SignalEncoder):
    """Encoder that records the number of windows in each call."""

    embed_dim = 3

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)
        self.calls = []

    def features(self, x):
        return self(x).unsqueeze(1)

    def embed(self, x):
        self.calls.append(len(x))
        return self.layer(x.flatten(1))


def views(y):
    return Views(windows_of(torch.randn(5, 2, 2)), torch.tensor([[0, 1], [2, 3], [0, 4]]), y)


def test_both_views_go_through_the_encoder_in_one_call_each_distinct_window_once():
    encoder = Counting()
    task = RelativePositioning(embed_dim=3, dropout=0.5, batch_statistics="joint")
    task.loss(encoder, views(torch.tensor([1, 0, 1])), torch.Generator())
    assert encoder.calls == [5]


def test_batch_statistics_by_view_call_it_once_a_view_in_training_only():
    encoder = Counting()
    task = RelativePositioning(embed_dim=3, dropout=0.5, batch_statistics="view")
    task.loss(encoder, views(torch.tensor([1, 0, 1])), torch.Generator())
    assert encoder.calls == [3, 3]
    encoder.eval()
    task.loss(encoder, views(torch.tensor([1, 0, 1])), torch.Generator())
    assert encoder.calls == [3, 3, 5]


def test_the_answer_is_a_logistic_regression_of_the_absolute_difference():
    encoder, task = Counting(), RelativePositioning(embed_dim=3, dropout=0.5, batch_statistics="joint").eval()
    given = views(torch.tensor([1, 0, 1]))
    z = encoder(given.windows)
    logit = task.head[1]((z[[0, 2, 0]] - z[[1, 3, 4]]).abs()).squeeze(1)
    outcome = task.loss(encoder, given, torch.Generator())
    expected = -torch.where(given.y == 1, logit.sigmoid(), 1 - logit.sigmoid()).log().mean()
    assert torch.allclose(outcome.loss_sum / 3, expected.double(), atol=1e-6)
    assert outcome.answers.predicted.tolist() == (logit > 0).long().tolist()


def test_the_head_has_101_weights_on_100_features():
    task = RelativePositioning(embed_dim=100, dropout=0.5, batch_statistics="joint")
    assert sum(p.numel() for p in task.parameters()) == 101


SUPERVISED = {
    "embed_dim": 3,
    "class_names": ("a", "b"),
    "class_counts": (3, 1),
    "dropout": 0.0,
    "class_weights": "none",
    "form": form_of(("A",), 1.0, 2),
    "augmentations": {},
}


def test_supervised_is_a_linear_layer_and_cross_entropy():
    encoder, task = Counting(), Supervised(**SUPERVISED)
    given = Views(windows_of(torch.randn(4, 2, 2)), torch.arange(4).unsqueeze(1), torch.tensor([0, 1, 1, 0]))
    outcome = task.loss(encoder, given, torch.Generator())
    assert task.classes == ("a", "b")
    assert outcome.loss_sum.item() / 4 == pytest.approx(
        nn.functional.cross_entropy(task.head(encoder(given.windows)), given.y).item(), abs=1e-6
    )
    assert outcome.answers.predicted.shape == (4,)
