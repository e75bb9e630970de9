import pytest
import torch
from torch import nn

from eegbench.interpretability.layer import reading


class Layers(nn.Module):
    """One layer that can stand for scores, and some that cannot."""

    def __init__(self):
        super().__init__()
        self.twice, self.unused, self.pair = nn.Identity(), nn.Identity(), Pair()
        self.once, self.folded = nn.Identity(), nn.Flatten(0, 1)

    def forward(self, x):
        self.folded(x)
        self.pair(x)
        self.once(2 * x)
        return self.twice(self.twice(x))[:, :, 0]


class Pair(nn.Module):
    def forward(self, x):
        return x, x


@pytest.mark.parametrize(
    ("layer", "sentence"),
    [
        (
            "twise",
            r"method\.layer=twise: .* did you mean twice\? It has twice, unused, pair, once, folded\.",
        ),
        ("twice", "called 2 times"),
        ("unused", "called 0 times"),
        ("pair", "its output is tuple for 10 windows"),
        ("folded", r"its output is \(20, 16\) for 10 windows"),
    ],
)
def test_a_layer_that_cannot_stand_for_scores_is_refused_with_a_sentence(layer, sentence):
    with pytest.raises(ValueError, match=sentence), reading(network := Layers(), layer, "method.layer") as read:
        read(network, torch.ones(10, 2, 16))


def test_a_layer_is_read_as_the_mean_of_what_follows_its_filters():
    network, x = Layers(), torch.arange(24.0).reshape(2, 3, 4)
    with reading(network, "once", "method.layer") as read:
        assert torch.equal(read(network, x), 2 * x.mean(2))
    assert not network.once._forward_hooks


def test_scores_are_read_where_no_layer_is_named():
    x = torch.arange(24.0).reshape(2, 3, 4)
    with reading(Layers(), None, "method.layer") as read:
        assert torch.equal(read(Layers(), x), x[:, :, 0])


def test_a_layer_is_left_as_it_was_where_reading_fails():
    network = Layers()
    with pytest.raises(RuntimeError), reading(network, "once", "method.layer"):
        raise RuntimeError
    assert not network.once._forward_hooks
