"""A share of the channels is 0 throughout an example."""

import pytest
import torch

from eegbench.augmentation.channel_share_drop import ChannelShareDrop
from eegbench.store.windows import Views, Windows


def dropped(index, n_channels=10, *, p=1.0, low=0.1, high=0.5, seed=0):
    """Return the mask of the channels that each window lost."""
    rows = torch.tensor(index)
    views = Views(Windows({"eeg": torch.ones(int(rows.max()) + 1, n_channels, 5)}), rows, torch.zeros(len(rows)))
    x = ChannelShareDrop(p=p, min_share=low, max_share=high)(views, torch.Generator().manual_seed(seed)).windows.x[
        "eeg"
    ]
    assert torch.equal(x, x[:, :, :1].expand_as(x))
    return x[:, :, 0] == 0


def test_the_number_is_drawn_uniformly_between_the_shares_and_each_channel_as_often():
    found = dropped([[i] for i in range(3000)]).double()
    counts = torch.bincount(found.sum(1).long(), minlength=11) / 3000
    assert counts[0] == 0
    assert counts[6:].sum() == 0
    assert (counts[1:6] - 0.2).abs().max() < 0.03
    assert (found.mean(0) - 0.3).abs().max() < 0.03


@pytest.mark.parametrize(
    ("n_channels", "shares", "numbers"),
    [(2, (0.1, 0.5), {1}), (1, (0.1, 0.5), {0}), (4, (0.3, 0.6), {2}), (3, (0.5, 1.0), {2}), (30, (0.1, 0.1), {3})],
)
def test_shares_are_rounded_inwards_and_one_channel_stays(n_channels, shares, numbers):
    found = dropped([[i] for i in range(200)], n_channels, low=shares[0], high=shares[1])
    assert set(found.sum(1).tolist()) == numbers


def test_windows_of_an_example_lose_the_same_channels_with_the_probability():
    found = dropped([[2 * i, 2 * i + 1] for i in range(1000)], p=0.3)
    assert torch.equal(found[::2], found[1::2])
    assert found.any(1).double().mean().item() == pytest.approx(0.3, abs=0.05)


def test_shares_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError, match=r"min_share=0\.5, max_share=0\.1: .* exchange them"):
        ChannelShareDrop(p=1.0, min_share=0.5, max_share=0.1)
