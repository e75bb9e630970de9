"""Batch normalisation in two processes equals that of one process on the complete batch."""

import pytest
import torch
from joint_work import NORMS, all_norms, normalise
from ranks import in_processes


@pytest.fixture(scope="module")
def found():
    return in_processes(all_norms)


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
