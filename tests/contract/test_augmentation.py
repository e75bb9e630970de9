"""Contract of every augmentation in conf/augmentation."""

import pytest
import torch
from forms import group_of
from options import CONF, node_of, shipped

from eegbench.augmentation import Augmentation
from eegbench.augmentation.base import SignalAugmentation
from eegbench.config import Spec
from eegbench.store.windows import Views, Windows
from eegbench.types import Form

SELDOM = {"SignFlip", "SegmentShuffle", "TemporalDropout", "CircularShift"}
"""Augmentations that may leave a window as it is, or change it in few ways."""
KEEPS_A_CHANNEL = {"ChannelShareDrop"}
"""Augmentations that leave a group of one channel as it is."""
MIXES = {"Mix"}
"""Augmentations that change windows by others, so that equal ones stay equal."""
FORM = Form({"eeg": group_of(("A", "B", "C"), 100.0, 300), "eog": group_of(("E",), 50.0, 151)}, "window")
N = 40


@pytest.fixture(params=shipped("augmentation"))
def augment(request) -> Augmentation:
    spec = Spec(node_of(CONF / "augmentation" / f"{request.param}.yaml"), Augmentation, "augmentation")
    spec.check()
    return spec.build(form=FORM)


def batch(present=None) -> Views:
    generator = torch.Generator().manual_seed(0)
    x = {
        name: torch.randn(N, group.n_channels, group.n_times, generator=generator)
        for name, group in FORM.groups.items()
    }
    return Views(Windows(x, present), torch.arange(N).view(-1, 2), torch.zeros(N // 2, 0))


def changes_all(augment):
    return isinstance(augment, SignalAugmentation) and type(augment).__name__ not in SELDOM


def chance(seed=1):
    return torch.Generator().manual_seed(seed)


def test_windows_keep_their_form_and_change(augment):
    before = batch()
    after = augment(before, chance())
    for name, x in before.windows.x.items():
        assert after.windows.x[name].shape == x.shape
        assert after.windows.x[name].dtype == x.dtype
        assert torch.isfinite(after.windows.x[name]).all()
        changed = (after.windows.x[name] - x).abs().amax((1, 2)) > 0
        if name == "eog" and type(augment).__name__ in KEEPS_A_CHANNEL:
            assert not changed.any()
            continue
        assert changed.all() if changes_all(augment) else changed.any()
    assert torch.equal(after.index, before.index)
    assert torch.equal(after.y, before.y)


def test_the_batch_that_was_given_is_left_as_it_is(augment):
    before = batch()
    augment(before, chance())
    assert all(torch.equal(before.windows.x[name], x) for name, x in batch().windows.x.items())


def test_the_generator_alone_decides(augment):
    state = torch.get_rng_state()
    first, again, other = (augment(batch(), chance(seed)).windows.x["eeg"] for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), state)


def test_equal_windows_are_changed_apart(augment):
    if type(augment).__name__ in MIXES:
        pytest.skip("a mixture of equal windows is the same window")
    x = batch().windows.x
    same = Windows({name: one[:1].expand(N, -1, -1) for name, one in x.items()})
    changed = augment(Views(same, torch.arange(N).view(-1, 2), torch.zeros(N // 2, 0)), chance()).windows.x["eeg"]
    least = 0.4 * N if changes_all(augment) else 1
    assert len(torch.unique(changed, dim=0)) > least  # some bands and rates are drawn twice


def test_channels_that_are_missing_stay_zero(augment):
    present = {"eeg": torch.tensor([[True, True, False]] * N), "eog": torch.ones(N, 1, dtype=torch.bool)}
    views = batch(present)
    views.windows.x["eeg"][:, 2] = 0.0
    after = augment(views, chance()).windows
    assert (after.x["eeg"][:, 2] == 0).all()
    assert after.present is present


def test_no_windows_are_no_error(augment):
    nothing = Windows({name: x[:0] for name, x in batch().windows.x.items()})
    assert len(augment(Views(nothing, torch.zeros(0, 2, dtype=torch.long), torch.zeros(0, 0)), chance()).windows) == 0


@pytest.mark.gpu
def test_on_a_gpu_windows_and_chance_stay_there(augment):
    views = batch()
    windows = Windows({name: x.cuda() for name, x in views.windows.x.items()})
    on_gpu = Views(windows, views.index.cuda(), views.y.cuda())
    first, again = (augment(on_gpu, torch.Generator("cuda").manual_seed(1)).windows.x["eeg"] for _ in range(2))
    assert first.is_cuda
    assert torch.equal(first, again)
