"""Sums of a pass add up over batches, including empty shares."""

import math

import pytest
import torch

from eegbench.task import Outcome
from eegbench.trainer import NonFiniteLossError
from eegbench.trainer.tally import Tally

CPU = torch.device("cpu")


def outcome(loss_sum, n, found=0.0, n_asked=1):
    sums = {"found": (torch.tensor(found), torch.tensor(n_asked))}
    return Outcome(torch.tensor(loss_sum, dtype=torch.float64), n, sums)


def test_loss_and_metrics_are_divided_by_their_own_counts():
    tally = Tally(["found"], CPU)
    tally.add(outcome(6.0, 3, found=4.0, n_asked=8))
    tally.add(outcome(2.0, 1, found=1.0, n_asked=2))
    assert tally.means("train", 1) == {"train_loss": 2.0, "train_found": 0.5}


def test_an_empty_share_of_a_batch_changes_nothing():
    tally = Tally(["found"], CPU)
    tally.add(outcome(6.0, 3))
    before = tally.sums.clone()
    tally.add(outcome(math.nan, 0, found=math.nan, n_asked=0))
    assert torch.equal(tally.sums, before)


def test_nothing_at_all_has_no_mean():
    assert all(math.isnan(value) for value in Tally(["found"], CPU).means("valid", 0).values())


def test_a_loss_that_is_not_finite_is_refused():
    tally = Tally(["found"], CPU)
    tally.add(outcome(math.inf, 3))
    with pytest.raises(NonFiniteLossError, match="the train loss is inf in pass 2"):
        tally.means("train", 2)
