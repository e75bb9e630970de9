import numpy as np
import pytest
import torch
from forms import form_of, windows_of
from torch import nn

from eegbench.augmentation import Augmentation
from eegbench.config import Spec
from eegbench.inference.description import Description
from eegbench.model.base import SignalEncoder
from eegbench.model.sequence import SequenceEncoder
from eegbench.sampler.base import arrange
from eegbench.store.windows import Views
from eegbench.task.supervised_sequence import SupervisedSequence

GRU = {"_target_": "eegbench.model.sequence.gru.Gru", "hidden_dim": 4, "n_layers": 1, "bidirectional": True}


CHANCE = torch.Generator()


class Counting(SignalEncoder):
    """Encoder that counts its windows."""

    embed_dim = 3

    def __init__(self):
        super().__init__()
        self.layer, self.n_encoded = nn.Linear(4, 3), 0

    def features(self, x):
        return self.embed(x).unsqueeze(1)

    def embed(self, x):
        self.n_encoded += len(x)
        return self.layer(x.flatten(1))


def task(outputs: str = "many", class_weights: str = "none", **augmentations: Spec) -> SupervisedSequence:
    torch.manual_seed(0)
    return SupervisedSequence(
        embed_dim=3,
        class_names=("a", "b"),
        class_counts=(3, 1),
        class_weights=class_weights,
        layout=arrange({"step": (3,)}),
        sequence=Spec({**GRU, "dropout": 0.0}, SequenceEncoder, "task.sequence"),
        outputs=outputs,
        dropout=0.0,
        form=form_of(("A", "B"), 1.0, 2),
        augmentations=augmentations,
    )


def batch() -> Views:
    index = torch.tensor([[0, 1, 2], [1, 2, 3], [2, 3, -1]])
    y = torch.tensor([[0, 1, -1], [1, -1, 0], [-1, 0, -1]])
    return Views(windows_of(torch.randn(4, 2, 2, generator=torch.Generator().manual_seed(1))), index, y)


def test_each_distinct_window_is_encoded_once_a_batch():
    encoder = Counting()
    task().loss(encoder, batch(), CHANCE)
    assert encoder.n_encoded == 4


def gradients(dropout: float, views: Views) -> list[torch.Tensor]:
    """Return the gradients of an encoder with dropout on its windows."""
    encoder, asked = Counting(), task()
    encoder.load_state_dict({name: torch.full_like(one, 0.3) for name, one in encoder.state_dict().items()})
    encoder.layer = nn.Sequential(nn.Dropout(dropout), encoder.layer)
    asked.loss(encoder, views, CHANCE).loss_sum.backward()
    return [parameter.grad for parameter in encoder.parameters()]


def test_windows_encoded_once_have_the_gradient_of_windows_encoded_for_each_sequence():
    torch.testing.assert_close(gradients(0.0, batch()), gradients(0.0, batch().expanded()))


def test_sequences_share_what_dropout_leaves_of_their_windows():
    once, each = gradients(0.5, batch()), gradients(0.5, batch().expanded())
    assert (once[0] - each[0]).abs().max() > 1e-2


def test_the_loss_is_the_cross_entropy_of_the_windows_with_a_label():
    encoder, asked, views = Counting(), task(), batch()
    outcome = asked.loss(encoder, views, CHANCE)
    z = encoder(views.windows)
    known = asked.sequence(z[views.index.clamp_min(0)], views.index >= 0)
    scored = views.y >= 0
    expected = nn.functional.cross_entropy(asked.head(known)[scored], views.y[scored], reduction="sum")
    torch.testing.assert_close(outcome.loss_sum, expected)
    assert int(outcome.n) == 5
    right, n = outcome.sums["accuracy"]
    predicted = asked.head(known).argmax(2)
    assert (int(right), int(n)) == (int((predicted == views.y)[scored].sum()), 5)
    assert outcome.answers.right.tolist() == views.y.flatten().tolist()


def test_with_one_output_the_loss_is_that_of_the_middle_windows():
    encoder, asked, views = Counting(), task("one"), batch()
    outcome = asked.loss(encoder, views, CHANCE)
    known = asked.sequence(encoder(views.windows)[views.index.clamp_min(0)], views.index >= 0)
    logits = asked.head(known)[[0, 2], 1]  # the middle of the second sequence has no label
    expected = nn.functional.cross_entropy(logits, torch.tensor([1, 0]), reduction="sum")
    torch.testing.assert_close(outcome.loss_sum, expected)
    assert int(outcome.n) == 2
    assert outcome.answers.right.tolist() == [1, -1, 0]


def test_the_network_of_one_output_says_so():
    description = Description(encoder={}, classes=("a", "b"), form=form_of("AB", 2.0, 2))
    assert task("one").network(Counting(), description).description.outputs == "one"
    assert task().network(Counting(), description).description.outputs == "many"


def test_an_absent_window_has_no_influence_and_gets_no_gradient():
    encoder, asked, views = Counting(), task(), batch()
    alone = Views(views.windows, views.index[2:], views.y[2:])
    z = encoder(alone.windows).detach().requires_grad_()
    asked.judge(z, alone.index, alone.y).loss_sum.backward()
    assert (z.grad[:2] == 0).all()
    assert (z.grad[2:] != 0).any(1).all()


def test_the_network_says_of_a_sequence_what_the_task_says():
    encoder, asked, views = Counting(), task().eval(), batch()
    description = Description(encoder={}, classes=("a", "b"), form=form_of("AB", 2.0, 2))
    network = asked.network(encoder, description)
    assert (network.description.context, network.description.sequence["hidden_dim"]) == (3, 4)
    scores = network.scores(network.embed(views.windows)[views.index.clamp_min(0)], views.index >= 0)
    assert scores.argmax(2).flatten().tolist() == asked.loss(encoder, views, CHANCE).answers.predicted.tolist()


def test_labels_alone_give_no_loss_to_a_batch_without_any():
    asked, views = task(), batch()
    outcome = asked.loss(Counting(), Views(views.windows, views.index, torch.full((3, 3), -1)), CHANCE)
    assert float(outcome.loss_sum.detach()) == 0
    assert int(outcome.n) == 0
    assert np.isfinite(float(outcome.loss_sum.detach()))


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_evaluation_is_repeatable(dropout):
    encoder, asked, views = Counting(), task().eval(), batch()
    asked.dropout.p = dropout
    assert torch.equal(asked.loss(encoder, views, CHANCE).loss_sum, asked.loss(encoder, views, CHANCE).loss_sum)


def test_windows_are_augmented_in_training_only():
    spec = Spec({"_target_": "eegbench.augmentation.channel_drop.ChannelDrop", "p": 1.0}, Augmentation, "task")
    encoder, plain, augmented = Counting(), task(), task(drop=spec)
    losses = [one.loss(encoder, batch(), CHANCE).loss_sum.item() for one in (plain, augmented)]
    assert losses[0] != losses[1]
    z = encoder(batch().windows)
    assert plain.judge(z, batch().index, batch().y).loss_sum == augmented.judge(z, batch().index, batch().y).loss_sum


def test_weights_of_classes_are_those_of_windows_with_a_label():
    z, views = torch.randn(4, 3, generator=torch.Generator().manual_seed(2)), batch()
    asked = task(class_weights="balanced").eval()
    outcome = asked.judge(z, views.index, views.y)
    weights = torch.tensor([2 / 3, 2.0])[views.y[views.y >= 0]]
    said = asked.sequence(z[views.index.clamp_min(0)] * (views.index >= 0).unsqueeze(2), views.index >= 0)
    each = nn.functional.cross_entropy(asked.head(said)[views.y >= 0], views.y[views.y >= 0], reduction="none")
    torch.testing.assert_close(outcome.loss_sum, (weights * each).sum())
    assert float(outcome.n) == pytest.approx(3 * 2 / 3 + 2 * 2.0)
    assert int(outcome.sums["accuracy"][1]) == 5
