"""Cropped training averages log-probabilities over the outputs of a decoder for a window."""

import pytest
import torch
from forms import form_of, windows_of
from torch import nn

from eegbench.model.base import SignalEncoder
from eegbench.store.windows import Views
from eegbench.task.cropped import Cropped


class Sliding(SignalEncoder):
    """Encoder with three tokens of four numbers, and their mean as the embedding."""

    embed_dim = 4
    is_mean_of_tokens = True

    def features(self, x):
        return x[:, 0, :12].unflatten(1, (3, 4))

    def embed(self, x):
        return self.features(x).mean(1)


def batch():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(5, 1, 12, generator=generator)
    return Views(windows_of(x), torch.tensor([[0], [1], [2], [3], [4], [0]]), torch.tensor([0, 1, 0, 1, 1, 0]))


def task(class_weights="none"):
    return Cropped(
        embed_dim=4,
        class_names=("left", "right"),
        class_counts=(3, 1),
        dropout=0.0,
        class_weights=class_weights,
        form=form_of(("A",), 1.0, 12),
        augmentations={},
    )


def test_the_loss_is_that_of_the_mean_log_probability_of_a_windows_tokens():
    asked, views = task(), batch()
    tokens = Sliding().tokens(views.windows)
    said = asked.linear(tokens).log_softmax(2).mean(1)[views.index[:, 0]]
    outcome = asked.loss(Sliding(), views, torch.Generator())
    torch.testing.assert_close(outcome.loss_sum / 6, nn.functional.nll_loss(said, views.y).double())
    assert torch.equal(outcome.answers.predicted, said.argmax(1))


def test_weights_of_classes_multiply_the_loss_of_each_window():
    asked, views = task("balanced"), batch()
    said = asked.linear(Sliding().tokens(views.windows)).log_softmax(2).mean(1)[views.index[:, 0]]
    expected = nn.functional.nll_loss(said, views.y, weight=torch.tensor([2 / 3, 2.0]))
    outcome = asked.loss(Sliding(), views, torch.Generator())
    torch.testing.assert_close(outcome.loss_sum / outcome.n, expected.double())


def test_the_answer_is_the_class_of_the_highest_mean_score():
    asked, views = task(), batch()
    scores = asked.linear(Sliding()(views.windows))[views.index[:, 0]]
    assert torch.equal(asked.loss(Sliding(), views, torch.Generator()).answers.predicted, scores.argmax(1))


def test_an_encoder_without_tokens_to_ask_at_is_refused_with_a_sentence():
    class Whole(Sliding):
        is_mean_of_tokens = False

    with pytest.raises(ValueError, match=r"task=cropped classifies every token, .* Whole .* model=deep4 .* task=sup"):
        task().loss(Whole(), batch(), torch.Generator())
