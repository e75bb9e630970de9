"""Votes of sequences: the normalised geometric mean over all that contain a window."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from forms import form_of

from eegbench.inference.description import Description
from eegbench.inference.embedding import Embeddings
from eegbench.inference.network import Network
from eegbench.inference.voting import central_sequences, probabilities_in_order, vote, votes
from eegbench.model.base import SignalEncoder
from eegbench.model.sequence import SequenceEncoder
from eegbench.model.sequence.gru import Gru
from eegbench.store.padding import padding_columns
from eegbench.types import Padding


class Nothing(SignalEncoder):
    embed_dim = 3

    def features(self, x):
        raise AssertionError("embeddings are known")

    def embed(self, x):
        raise AssertionError("embeddings are known")


class ByPlace(SequenceEncoder):
    """Sequence encoder that returns the logarithms of given probabilities for the k-th place of a sequence."""

    causal, out_dim = True, 3

    def __init__(self, probabilities):
        super().__init__()
        self.logs = torch.tensor(probabilities).log()

    def forward(self, z, present):
        return self.logs.expand(len(z), -1, -1)


def known(context, n_classes=3, outputs="many") -> Description:
    classes = tuple("abcdef"[:n_classes])
    return Description(encoder={}, classes=classes, form=form_of("A", 1.0, 1), context=context, outputs=outputs)


def network(sequence, context, n_classes=3, outputs="many") -> Network:
    dim = 3 if sequence is None else sequence.out_dim
    return Network(
        Nothing(),
        sequence=sequence,
        weight=torch.eye(n_classes, dim),
        bias=torch.zeros(n_classes),
        description=known(context, n_classes, outputs),
    ).eval()


def table(n, rejected=()):
    rows = pd.DataFrame({"recording": "r", "start_s": 30.0 * np.arange(n), "rejected": False})
    rows.loc[list(rejected), "rejected"] = True
    return rows


def embeddings(n, seed=0):
    return Embeddings(np.random.default_rng(seed).normal(size=(n, 3)).astype(np.float32), np.arange(n))


def test_three_sequences_with_known_votes():
    votes = [[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.3, 0.4, 0.3]]
    found = vote(network(ByPlace(votes), 3), embeddings(5), table(5), np.array([2, 0]))
    np.testing.assert_allclose(found[0], [0.3873, 0.3810, 0.2317], atol=1e-4)  # cube roots of products, normalised
    np.testing.assert_allclose(found[1], votes[0], atol=1e-6)  # the first window is in one sequence only


def test_three_sequences_with_known_votes_by_other_rules():
    said = [[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.3, 0.4, 0.3]]
    found = votes(network(ByPlace(said), 3), embeddings(5), table(5), np.array([2, 0]))
    assert found.n.tolist() == [3, 1]
    np.testing.assert_allclose(found.by("arithmetic")[0], [0.4, 0.3667, 0.2333], atol=1e-4)
    np.testing.assert_allclose(found.by("majority")[0], [1 / 3, 2 / 3, 0])  # the votes are 0, 1, 1
    assert found.counts[0].tolist() == [1, 2, 0]
    assert [found.winners(rule)[0] for rule in ("geometric", "arithmetic", "majority")] == [0, 0, 1]


def test_equally_many_votes_go_to_the_class_with_the_higher_mean_probability():
    said = [[0.6, 0.4, 0.0001], [0.1, 0.8, 0.1], [0.0001, 0.1, 0.9]]
    found = votes(network(ByPlace(said), 3), embeddings(5), table(5), np.array([2]))
    assert found.counts[0].tolist() == [1, 1, 1]
    assert found.winners("majority").tolist() == [1]


def test_a_network_of_one_output_has_one_vote_for_each_window_that_of_the_sequence_around_it():
    said = [[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.3, 0.4, 0.3]]
    found = votes(network(ByPlace(said), 3, outputs="one"), embeddings(5), table(5), np.array([4, 2, 0]))
    assert found.n.tolist() == [1, 1, 1]  # those at the ends too
    for rule in ("geometric", "arithmetic"):
        np.testing.assert_allclose(found.by(rule), [said[1]] * 3, atol=1e-6)
    assert found.counts.tolist() == [[0, 1, 0]] * 3


@pytest.mark.parametrize("row", [0, 1, 4, 8])
def test_the_one_vote_is_of_the_window_and_its_neighbours_which_are_absent_beyond_the_ends(row):
    torch.manual_seed(0)
    gru = Gru(in_dim=3, hidden_dim=4, n_layers=1, bidirectional=True, dropout=0.0)
    asked, given = network(gru, 5, outputs="one"), embeddings(9)
    found = vote(asked, given, table(9, rejected=[3]), np.array([row]))
    at = np.arange(row - 2, row + 3)
    present = torch.from_numpy((at >= 0) & (at < 9) & (at != 3))[None]
    with torch.no_grad():
        scores = asked.scores(torch.from_numpy(given.features[at.clip(0, 8)])[None], present)
    np.testing.assert_allclose(found, scores[:, 2].softmax(1).numpy(), atol=1e-6)


def test_a_window_is_explained_in_the_middle_where_the_network_answers_for_that():
    found, places = central_sequences(table(4), np.array([0, 3]), known(5, outputs="one"))
    assert found.tolist() == [[-1, -1, 0, 1, 2], [1, 2, 3, -1, -1]]
    assert places.tolist() == [2, 2]


def test_every_window_gets_the_mean_of_the_sequences_that_hold_it():
    torch.manual_seed(0)
    asked, given = network(Gru(in_dim=3, hidden_dim=4, n_layers=1, bidirectional=True, dropout=0.0), 5), embeddings(9)
    found = vote(asked, given, table(9), np.arange(9))
    z, logs = torch.from_numpy(given.features), [[] for _ in range(9)]
    for first in range(5):
        with torch.no_grad():
            scores = asked.scores(z[None, first : first + 5], torch.ones(1, 5, dtype=torch.bool))[0].log_softmax(1)
        for place in range(5):
            logs[first + place].append(scores[place])
    expected = torch.stack([torch.stack(each).mean(0) for each in logs]).softmax(1)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-6)


def test_a_network_of_single_windows_has_one_vote_for_each():
    given = embeddings(4)
    found = vote(network(None, 1), given, table(4), np.array([3, 1]))
    expected = torch.from_numpy(given.features[[3, 1]]).softmax(1)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-6)


def test_rejected_windows_are_absent_and_need_no_embedding():
    given = Embeddings(embeddings(6).features[[0, 1, 2, 4, 5]], np.array([0, 1, 2, 4, 5]))
    torch.manual_seed(0)
    asked = network(Gru(in_dim=3, hidden_dim=4, n_layers=1, bidirectional=True, dropout=0.0), 3)
    found = vote(asked, given, table(6, rejected=[3]), given.rows)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(1), 1)


@pytest.mark.parametrize(("row", "first", "place"), [(0, 0, 0), (1, 0, 1), (4, 2, 2), (8, 5, 3), (9, 5, 4)])
def test_a_window_stands_as_near_to_the_middle_as_its_recording_allows(row, first, place):
    found, places = central_sequences(table(10), np.array([row]), known(5))
    assert found[0].tolist() == list(range(first, first + 5))
    assert places.tolist() == [place]


def test_a_recording_that_is_too_short_is_filled_up():
    found, places = central_sequences(table(3), np.array([1]), known(5))
    assert found[0].tolist() == [0, 1, 2, -1, -1]
    assert places.tolist() == [1]


def test_a_window_without_an_embedding_is_refused_rather_than_taken_for_another():
    given = Embeddings(embeddings(6).features[:5], np.arange(5))
    with pytest.raises(ValueError, match="needs the embedding of every window"):
        vote(network(None, 1), given, table(6), np.array([0]))


class FirstSamples(SignalEncoder):
    embed_dim = 3

    def features(self, x):
        raise AssertionError("tokens are not asked for")

    def embed(self, x):
        return x[:, 0, :3]


def around(outputs):
    """Return a network of sequences of three windows of which four stand around recordings, all 0.5."""
    torch.manual_seed(0)
    described = replace(known(3, outputs=outputs), form=replace(form_of("A", 1.0, 3), padding=Padding(4, 0.5)))
    gru = Gru(in_dim=3, hidden_dim=4, n_layers=1, bidirectional=True, dropout=0.0)
    return Network(FirstSamples(), sequence=gru, weight=torch.eye(3, 8), bias=torch.zeros(3), description=described)


def test_windows_in_order_have_padding_around_them():
    x, asked = np.random.default_rng(0).normal(size=(5, 1, 3)).astype(np.float32), around("many")
    z = torch.from_numpy(np.pad(x[:, 0], ((4, 4), (0, 0)), constant_values=0.5))
    logs = [[] for _ in range(13)]
    with torch.no_grad():
        for first in range(11):
            scores = (
                asked.eval().scores(z[None, first : first + 3], torch.ones(1, 3, dtype=torch.bool))[0].log_softmax(1)
            )
            for place in range(3):
                logs[first + place].append(scores[place])
    expected = torch.stack([torch.stack(each).mean(0) for each in logs[4:9]]).softmax(1)
    np.testing.assert_allclose(probabilities_in_order(asked, x), expected.numpy(), atol=1e-6)
    middle = torch.stack([each[1] for each in logs[4:9]]).softmax(1)
    np.testing.assert_allclose(probabilities_in_order(around("one"), x), middle.numpy(), atol=1e-6)


def test_a_window_near_an_end_is_explained_with_the_padding_around_it():
    padded = padding_columns(table(4).assign(shard=0), 2)
    found, places = central_sequences(padded, np.array([0, 3]), known(5))
    assert found.tolist() == [[4, 4, 0, 1, 2], [1, 2, 3, 5, 5]]
    assert places.tolist() == [2, 2]
