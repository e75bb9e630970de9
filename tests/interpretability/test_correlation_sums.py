import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eegbench.interpretability.correlation_sums import CorrelationSums


def pairs(n, seed=0):
    rng = np.random.default_rng(seed)
    causes = rng.normal(2, 1, (n, 2, 3)).astype(np.float32)
    outcomes = causes[:, 0, :2] + rng.normal(-30, 1, (n, 2)).astype(np.float32)
    return torch.from_numpy(causes), torch.from_numpy(outcomes)


def summed(causes, outcomes, sizes, n_shuffles=0):
    sums = CorrelationSums(causes.shape[1:], outcomes.shape[1], n_shuffles, torch.Generator().manual_seed(1))
    for causes_part, outcomes_part in zip(causes.split(sizes), outcomes.split(sizes), strict=True):
        sums.add(causes_part, outcomes_part)
    return sums.correlations().numpy()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_batches_of_any_size_give_the_correlations_of_all_pairs(sizes):
    causes, outcomes = pairs(10 + sum(sizes))
    found = summed(causes, outcomes, [10, *sizes])
    expected = np.corrcoef(outcomes.numpy().T, causes.flatten(1).numpy().T)[:2, 2:]
    assert found[0].reshape(2, 6) == pytest.approx(expected, abs=1e-4)


def test_what_does_not_vary_correlates_by_0():
    causes, outcomes = pairs(50)
    causes[:, 1, 1] = 0.1
    outcomes[:, 1] = -7.3
    found = summed(causes, outcomes, [20, 30], n_shuffles=4)
    assert (found[:, :, 1, 1] == 0).all()
    assert (found[:, 1] == 0).all()
    assert (np.abs(found[:, 0, 0]) > 0).all()


def test_shuffled_outcomes_stay_in_their_batch_and_together():
    causes = torch.arange(6.0).reshape(6, 1, 1)
    outcomes = torch.stack([causes.flatten(), -causes.flatten()], dim=1)
    found = summed(causes, outcomes, [1] * 6, n_shuffles=3)[..., 0, 0]
    assert found == pytest.approx(np.tile([1.0, -1.0], (4, 1)))
    shuffled = summed(causes, outcomes, [6], n_shuffles=50)[..., 0, 0]
    assert shuffled[0] == pytest.approx([1, -1])
    assert shuffled[:, 0] == pytest.approx(-shuffled[:, 1])
    assert len(np.unique(shuffled[1:, 0].round(6))) > 10


def test_shuffled_correlations_spread_as_chance_does():
    causes, outcomes = pairs(300)
    shuffled = summed(causes, outcomes, [100] * 3, n_shuffles=400)[1:]
    assert shuffled.std() == pytest.approx(1 / np.sqrt(300), rel=0.1)
    assert np.abs(shuffled.mean(0)).max() < 0.02
