"""InfoNCE equals sums written out by hand; the context is read in order, and each step has its own map."""

import numpy as np
import pytest
import torch

from eegbench.config import Spec
from eegbench.model.sequence import SequenceEncoder
from eegbench.sampler.base import arrange
from eegbench.task.cpc import Cpc

GRU = {"_target_": "eegbench.model.sequence.gru.Gru", "hidden_dim": 5, "n_layers": 1, "bidirectional": False}
N_CONTEXT, N_STEPS, N_NEGATIVES = 3, 2, 4


def task():
    torch.manual_seed(0)
    layout = arrange({"context": (N_CONTEXT,), "future": (N_STEPS,), "negative": (N_STEPS, N_NEGATIVES)})
    return Cpc(embed_dim=3, layout=layout, context=Spec({**GRU, "dropout": 0.0}, SequenceEncoder, "task.context"))


def batch(n=6):
    generator = torch.Generator().manual_seed(1)
    z = torch.randn(12, 3, generator=generator)
    index = torch.randint(0, 12, (n, N_CONTEXT + N_STEPS * (1 + N_NEGATIVES)), generator=generator)
    return z, index, torch.zeros(n, 0)


def test_the_loss_and_the_metric_are_those_computed_by_hand():
    asked, (z, index, y) = task(), batch()
    maps = asked.predict.weight.detach().double().numpy().reshape(N_STEPS, 3, 5)
    h = z.double().numpy()
    loss, first = 0.0, 0
    for row in index.tolist():
        context = asked.context(z[row[:N_CONTEXT]].unsqueeze(0), torch.ones(1, N_CONTEXT, dtype=torch.bool))
        c = context[0, -1].detach().double().numpy()
        for step in range(N_STEPS):
            start = N_CONTEXT + N_STEPS + step * N_NEGATIVES
            candidates = [row[N_CONTEXT + step], *row[start : start + N_NEGATIVES]]
            scores = np.array([h[one] @ maps[step] @ c for one in candidates])
            loss += np.log(np.exp(scores).sum()) - scores[0]
            first += scores[0] > scores[1:].max()
    outcome = asked.judge(z, index, y)
    assert outcome.loss_sum.item() == pytest.approx(loss, rel=1e-5)
    assert outcome.n == 6 * N_STEPS
    assert (int(outcome.sums["positive_first"][0]), outcome.sums["positive_first"][1]) == (first, 12)
    assert 0 < first < 12


def test_candidates_that_are_all_alike_are_chance_and_no_positive_is_first():
    asked, (z, index, y) = task(), batch()
    outcome = asked.judge(z[:1].expand(12, 3), index, y)
    assert outcome.loss_sum.item() / outcome.n == pytest.approx(np.log(1 + N_NEGATIVES))
    assert int(outcome.sums["positive_first"][0]) == 0


def test_the_order_of_the_context_matters_and_that_of_the_negatives_does_not():
    asked, (z, index, y) = task(), batch()
    loss = asked.judge(z, index, y).loss_sum
    turned = index.clone()
    turned[:, :N_CONTEXT] = index[:, :N_CONTEXT].flip(1)
    assert not torch.allclose(asked.judge(z, turned, y).loss_sum, loss)
    shuffled = index.clone()
    shuffled[:, -N_NEGATIVES:] = index[:, -N_NEGATIVES:].flip(1)
    torch.testing.assert_close(asked.judge(z, shuffled, y).loss_sum, loss)


def test_training_learns_to_predict_what_follows():
    asked = task()
    optimizer = torch.optim.Adam(asked.parameters(), lr=0.05)
    generator = torch.Generator().manual_seed(2)
    z = torch.eye(3).repeat(4, 1)  # a cycle of three states
    start = torch.randint(0, 3, (64, 1), generator=generator)
    sequence = start + torch.arange(N_CONTEXT + N_STEPS)
    wrong = [(sequence[:, N_CONTEXT + step, None] + 1 + torch.arange(N_NEGATIVES) % 2) for step in range(N_STEPS)]
    index = torch.cat([sequence, *wrong], dim=1)
    for _ in range(60):
        optimizer.zero_grad()
        outcome = asked.judge(z, index, torch.zeros(64, 0))
        outcome.loss_sum.backward()
        optimizer.step()
    assert int(outcome.sums["positive_first"][0]) == outcome.n


def test_banvilles_sizes():
    layout = arrange({"context": (8,), "future": (16,), "negative": (16, 31)})
    spec = Spec({**GRU, "hidden_dim": 100, "dropout": 0.0}, SequenceEncoder, "task.context")
    asked = Cpc(embed_dim=100, layout=layout, context=spec)
    assert asked.predict.weight.shape == (1600, 100)
    assert sum(p.numel() for p in asked.context.parameters()) == 3 * (100 * 100 + 100 * 100 + 2 * 100)
