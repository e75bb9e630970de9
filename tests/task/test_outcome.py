"""Sums of losses keep the bits of the mean, and examples without a right answer are not counted."""

import pytest
import torch

from eegbench.task.outcome import answered, sum_of_mean


@pytest.mark.parametrize("n", [1, 3, 41, 47, 61, 83, 250, 1_000_003])
def test_a_sum_divided_by_its_number_gives_the_mean_and_its_gradient_to_the_bit(n):
    mean = torch.tensor(0.6931472, requires_grad=True)
    divided = sum_of_mean(mean, n) / n
    divided.backward()
    assert divided.item() == mean.item()
    assert mean.grad.item() == 1.0


def test_accuracy_is_a_sum_with_its_count():
    outcome = answered(torch.tensor(0.5), torch.tensor([0, 1, 1]), torch.tensor([0, 1, 0]))
    value, n = outcome.sums["accuracy"]
    assert (float(value), n) == (2.0, 3)
    assert outcome.loss_sum.item() == 1.5
