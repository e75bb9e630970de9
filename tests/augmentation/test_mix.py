"""A window stays the greater part of its mixture, with the same share in all groups, and labels do not allow it."""

import pytest
import torch
from forms import form_of

from eegbench.augmentation import Augmentation
from eegbench.augmentation.mix import Mix
from eegbench.config import ConfigError, Spec, build
from eegbench.store.windows import Views, Windows
from eegbench.task.supcon import Supcon
from eegbench.task.supervised import Supervised

N = 60


def views(present=None, n=N):
    generator = torch.Generator().manual_seed(1)
    x = {"eeg": torch.randn(n, 3, 200, generator=generator), "eog": torch.randn(n, 1, 100, generator=generator)}
    return Views(Windows(x, present), torch.arange(n).view(-1, 1), torch.zeros(n))


def mixed(given, max_share=0.2):
    return Mix(max_share=max_share)(given, torch.Generator().manual_seed(0)).windows.x


def parts(before, after):
    """Return the weights of all windows in each mixture, by least squares."""
    flat = [one.flatten(1).double() for one in (before, after)]
    return torch.linalg.lstsq(flat[0].T, flat[1].T).solution.T


def test_a_mixture_has_two_windows_whose_weights_sum_to_one_and_its_own_has_the_most():
    given = views()
    weights = {name: parts(given.windows.x[name], one) for name, one in mixed(given).items()}
    eeg = weights["eeg"]
    own, other = eeg.diagonal(), (eeg - eeg.diagonal().diag())
    torch.testing.assert_close(eeg.sum(1), torch.ones(N).double(), rtol=0, atol=1e-5)
    assert ((other.abs() > 1e-4).sum(1) <= 1).all()
    assert own.min() >= 0.8 - 1e-5
    assert own.mean().item() == pytest.approx(0.9, abs=0.02)
    assert len(set(other.argmax(1).tolist())) > N / 3  # windows are mixed with many others
    torch.testing.assert_close(weights["eog"], eeg, rtol=0, atol=1e-4)


def test_no_share_and_a_single_window_change_nothing():
    given = views()
    assert torch.equal(mixed(given, 0.0)["eeg"], given.windows.x["eeg"])
    alone = views(n=1)
    assert torch.equal(mixed(alone)["eeg"], alone.windows.x["eeg"])


def test_a_missing_channel_takes_nothing_from_other_windows():
    present = {"eeg": torch.ones(N, 3, dtype=torch.bool), "eog": torch.ones(N, 1, dtype=torch.bool)}
    present["eeg"][::2, 1] = False
    given = views(present)
    given.windows.x["eeg"][::2, 1] = 0.0
    assert (mixed(given)["eeg"][::2, 1] == 0).all()


@pytest.mark.parametrize("share", [0.5, 1.0, -0.1])
def test_a_half_and_more_is_refused(share):
    with pytest.raises(ConfigError, match="max_share"):
        build({"_target_": "eegbench.augmentation.mix.Mix", "max_share": share}, Augmentation, path="augmentation")


def test_tasks_with_labels_refuse_it():
    spec = Spec({"_target_": "eegbench.augmentation.mix.Mix", "max_share": 0.1}, Augmentation, "task.augmentations.mix")
    form = form_of(("A", "B"), 100.0, 200)
    shared = {"embed_dim": 4, "class_names": ("a", "b"), "form": form, "augmentations": {"mix": spec}}
    message = r"task.augmentations.mix: mix mixes windows .* leave it out: '~augmentation@task.augmentations.mix'"
    with pytest.raises(ValueError, match=message):
        Supervised(**shared, class_counts=(), dropout=0.0, class_weights="none")
    del shared["class_names"]
    with pytest.raises(ValueError, match=message):
        Supcon(**shared, hidden_dim=8, out_dim=4, temperature=0.1)
