"""NT-Xent equals a sum written out by hand, with separate augmentation of each view and negatives of all processes."""

import numpy as np
import pytest
import torch
from forms import form_of, windows_of
from hydra import compose, initialize_config_dir
from torch import nn

from eegbench.augmentation import Augmentation
from eegbench.config import ConfigError, Spec, conf_folder, plain
from eegbench.experiment.options import read_experiment
from eegbench.model.base import SignalEncoder
from eegbench.store.windows import Views
from eegbench.task.simclr import Simclr

NOISE = {"_target_": "eegbench.augmentation.gaussian_noise.GaussianNoise", "max_share": 0.5, "upstream_compat": False}


def task(augmentations=(), temperature=0.5, embed_dim=3):
    torch.manual_seed(0)
    specs = {name: Spec(node, Augmentation, f"task.augmentations.{name}") for name, node in augmentations}
    sizes = {"embed_dim": embed_dim, "hidden_dim": 8, "out_dim": 4}
    return Simclr(form=form_of(("A",), 10.0, 20), augmentations=specs, temperature=temperature, **sizes)


def nt_xent(z, temperature):
    """Return equation 1 of the paper, term by term; views 2k and 2k + 1 are of one window."""
    z = z / np.linalg.norm(z, axis=1, keepdims=True)
    losses, first = [], 0
    for i in range(len(z)):
        j = i + 1 if i % 2 == 0 else i - 1
        similar = {k: np.exp(z[i] @ z[k] / temperature) for k in range(len(z)) if k != i}
        losses.append(-np.log(similar[j] / sum(similar.values())))
        first += similar[j] == max(similar.values())
    return sum(losses), first


@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0])
def test_the_loss_and_the_metric_are_those_computed_by_hand(temperature):
    z = torch.randn(10, 4, generator=torch.Generator().manual_seed(3))
    z[1::2] += z[::2]
    outcome = task(temperature=temperature).compare(z)
    loss_sum, first = nt_xent(z.double().numpy(), temperature)
    assert outcome.loss_sum.item() == pytest.approx(loss_sum, rel=1e-5)
    assert (int(outcome.sums["positive_first"][0]), outcome.n) == (first, 10)
    assert 0 < first < 10
    assert outcome.answers is None


class Remembering(SignalEncoder):
    embed_dim = 3

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(20, 3)

    def features(self, x):
        return self.embed(x).unsqueeze(1)

    def embed(self, x):
        self.seen = x
        return self.layer(x.flatten(1))


def views():
    x = torch.randn(4, 1, 20, generator=torch.Generator().manual_seed(0))
    return Views(windows_of(x), torch.tensor([[2, 2], [0, 0], [3, 3]]), torch.zeros(3, 0))


def test_the_views_of_a_window_are_augmented_apart_and_encoded_in_one_call():
    encoder, given = Remembering(), views()
    task([("noise", NOISE)]).loss(encoder, given, torch.Generator().manual_seed(1))
    assert len(encoder.seen) == 6
    assert len(torch.unique(encoder.seen, dim=0)) == 6
    apart = (encoder.seen - given.windows.only[given.index.flatten()]).abs().amax((1, 2))
    assert (apart > 0).all()
    assert (apart < 4).all()


def test_without_augmentations_the_views_are_copies():
    encoder, given = Remembering(), views()
    task().loss(encoder, given, torch.Generator())
    assert torch.equal(encoder.seen, given.windows.only[given.index.flatten()])


def test_the_generator_decides_what_the_views_look_like():
    encoder = Remembering()
    losses = [task([("noise", NOISE)]).loss(encoder, views(), torch.Generator().manual_seed(s)) for s in (1, 1, 2)]
    first, again, other = (float(one.loss_sum.detach()) for one in losses)
    assert first == again != other


def test_biases_have_no_weight_decay():
    asked, encoder = task(), Remembering()
    weights, biases = asked.parameter_groups(encoder)
    assert (weights.weight_decay, biases.weight_decay) == (None, 0.0)
    assert {p.ndim for p in weights.parameters} == {2}
    assert {p.ndim for p in biases.parameters} == {1}


def composed(*words):
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        return plain(compose("train", overrides=["name=test", "task=simclr", *words]))


def test_augmentations_are_chosen_on_the_command_line():
    assert list(composed()["task"]["augmentations"]) == ["phase", "scale"]
    more = composed("+augmentation@task.augmentations.stop=band_stop", "task.augmentations.stop.width_hz=3")
    assert more["task"]["augmentations"]["stop"]["width_hz"] == 3
    fewer = composed("~augmentation@task.augmentations.scale")
    assert list(fewer["task"]["augmentations"]) == ["phase"]
    other = composed("augmentation@task.augmentations.scale=gaussian_noise")
    assert other["task"]["augmentations"]["scale"]["_target_"].endswith("GaussianNoise")


def test_an_option_that_an_augmentation_lacks_is_refused_before_data_are_read():
    with pytest.raises(ConfigError, match=r"task\.augmentations\.scale\.hihg: AmplitudeScale has no such option"):
        read_experiment(composed("+task.augmentations.scale.hihg=3"))
