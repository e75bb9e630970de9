"""Dropped channels are 0 throughout an example."""

import pytest
import torch

from eegbench.augmentation.channel_drop import ChannelDrop
from eegbench.store.windows import Views, Windows

N_CHANNELS = 4


def views(index: list[list[int]]) -> Views:
    rows = torch.tensor(index)
    return Views(Windows({"eeg": torch.ones(int(rows.max()) + 1, N_CHANNELS, 5)}), rows, torch.zeros(len(rows)))


def dropped(index: list[list[int]], *, p: float = 1.0, seed: int = 0) -> torch.Tensor:
    """Return the mask of the channels that each window lost."""
    x = ChannelDrop(p=p)(views(index), torch.Generator().manual_seed(seed)).windows.x["eeg"]
    assert torch.equal(x, x[:, :, :1].expand_as(x))  # over all of the window
    return x[:, :, 0] == 0


def test_the_windows_of_an_example_lose_the_same_channels_and_other_examples_others():
    found = [dropped([[0, 1, 2], [3, 4, 5]], seed=seed) for seed in range(20)]
    for one in found:
        assert (one[:3] == one[0]).all()
        assert (one[3:] == one[3]).all()
    assert any(not torch.equal(one[0], one[3]) for one in found)


def test_examples_that_share_windows_in_a_row_lose_the_same_channels():
    one = dropped([[0, 1, 2], [1, 2, -1], [-1, 3, 4], [4, 5, 6]], seed=3)
    assert (one[:3] == one[0]).all()
    assert (one[3:] == one[3]).all()
    assert any(not torch.equal(*dropped([[0, -1], [-1, 1]], seed=seed)[:2]) for seed in range(5))  # −1 is not shared


def test_so_many_channels_are_drawn_from_one_to_all_and_each_as_often():
    found = torch.stack([dropped([[0]], seed=seed)[0] for seed in range(600)]).double()
    counts = torch.bincount(found.sum(1).long(), minlength=N_CHANNELS + 1) / 600
    assert counts[0] == 0
    assert (counts[1:] - 1 / N_CHANNELS).abs().max() < 0.06
    assert (found.mean(0) - (1 + N_CHANNELS) / 2 / N_CHANNELS).abs().max() < 0.06


def test_an_example_loses_channels_with_the_given_probability():
    index = [[i] for i in range(1000)]
    assert dropped(index, p=0.3).any(dim=1).double().mean().item() == pytest.approx(0.3, abs=0.05)
    assert not dropped(index, p=0.0).any()
