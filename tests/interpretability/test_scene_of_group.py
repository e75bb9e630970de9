"""A group of signals is explained while the others, and the neighbours in a sequence, stay as they are."""

import numpy as np
import pandas as pd
import pytest
import torch
from forms import group_of
from torch import nn

import eegbench.interpretability.base
from eegbench.inference.description import Description
from eegbench.inference.network import Network
from eegbench.interpretability.grad_cam import layers_over_time
from eegbench.interpretability.gradient import time_gradients
from eegbench.interpretability.occlusion import Occlusion
from eegbench.interpretability.scene_of_group import scene_of_group
from eegbench.model.base import Encoder
from eegbench.model.sequence.gru import Gru
from eegbench.store.base import WindowStore
from eegbench.store.windows import Windows
from eegbench.types import Form

FORM = Form({"eeg": group_of(["A", "B"], 16.0, 32), "eog": group_of(["C"], 8.0, 16)}, "none")
N = 12


class Both(Encoder):
    """A convolution over time for each group, rectified and averaged."""

    embed_dim = 5

    def __init__(self):
        super().__init__()
        self.eeg, self.eog = nn.Conv1d(2, 3, 5), nn.Conv1d(1, 2, 5)

    def tokens(self, windows):
        raise NotImplementedError

    def forward(self, windows):
        return torch.cat([getattr(self, name)(x).square().mean(2) for name, x in windows.x.items()], dim=1)


class Store(WindowStore):
    """Windows of one recording in memory."""

    def __init__(self):
        rng = np.random.default_rng(0)
        x = {
            name: torch.from_numpy(rng.normal(size=(N, g.n_channels, g.n_times)).astype(np.float32))
            for name, g in FORM.groups.items()
        }
        table = pd.DataFrame(
            {"recording": "r", "subject": "s", "start_s": 2.0 * np.arange(N), "label": np.arange(N) % 3}
        )
        facts = {"x": x, "form": FORM, "device": torch.device("cpu"), "resident": True}
        facts |= {"table": table.assign(rejected=False), "_present": None}
        self.__dict__.update(facts)  # frozen, like the class

    def gather(self, rows):
        return Windows({name: x[torch.from_numpy(rows)].clone() for name, x in self.x.items()})


def network(context=1) -> Network:
    torch.manual_seed(0)
    sequence = None if context == 1 else Gru(in_dim=5, hidden_dim=4, n_layers=1, bidirectional=True, dropout=0.0)
    description = Description(encoder={}, classes=("a", "b", "c"), form=FORM, context=context)
    weight = torch.randn(3, 5 if sequence is None else 8)
    return Network(Both(), sequence=sequence, weight=weight, bias=torch.zeros(3), description=description).eval()


def scene(asked, group, rows=None):
    store = Store()
    return scene_of_group(asked, store, store.table, np.arange(N) if rows is None else rows, group)


@pytest.mark.parametrize("group", ["eeg", "eog"])
def test_unchanged_windows_get_the_scores_of_the_network(group):
    asked, store = network(), Store()
    expected = asked(store.gather(np.arange(N)))
    for batch in scene(asked, group).batches():
        assert torch.equal(batch.scores(batch.x), expected[batch.part])
        assert torch.equal(batch.scores(batch.x.repeat(3, 1, 1)), expected[batch.part].repeat(3, 1))


def test_the_other_group_has_no_part_in_the_gradient():
    asked, store = network(), Store()
    (batch,) = scene(asked, "eog").batches()
    found = time_gradients(batch.scores, batch.x)
    windows = store.gather(np.arange(N))
    windows.x["eog"].requires_grad_()
    expected = torch.autograd.grad(asked(windows)[:, 1].sum(), windows.x["eog"])[0]
    torch.testing.assert_close(found[1], expected)


def test_in_a_sequence_a_window_is_changed_and_its_neighbours_are_not():
    asked, store, rows = network(context=5), Store(), np.array([6, 0])
    (batch,) = scene(asked, "eeg", rows).batches()
    changed = batch.x.clone() + 1
    z = asked.embed(store.gather(np.arange(N)))
    for number, (row, first) in enumerate(((6, 4), (0, 0))):
        windows = store.gather(np.array([row]))
        new = asked.embed(Windows({**windows.x, "eeg": changed[number : number + 1]}))
        around = z.clone()
        around[row] = new[0]
        scores = asked.scores(around[None, first : first + 5], torch.ones(1, 5, dtype=torch.bool))[0, row - first]
        torch.testing.assert_close(batch.scores(changed)[number], scores)


def test_layers_of_another_group_are_not_asked():
    for group in ("eeg", "eog"):
        assert list(layers_over_time(scene(network(), group))) == [f"encoder.{group}"]
        assert list(layers_over_time(scene(network(5), group))) == [f"encoder.{group}"]


@pytest.mark.parametrize(("group", "n_channels"), [("eeg", 2), ("eog", 1)])
def test_a_method_gives_a_map_of_the_channels_of_the_group(group, n_channels):
    method = Occlusion(bands_hz=(("slow", 0.5, 3.0),))
    for context in (1, 5):
        found = method.explain(scene(network(context), group), np.random.default_rng(0))
        assert found.values.shape == (3, n_channels, 2)
        assert np.abs(found.values).max() > 0


def test_neighbours_are_encoded_once_for_all_batches_and_iterations(monkeypatch):
    asked, encoded = network(context=5), []
    of_scene = scene(asked, "eeg")
    monkeypatch.setattr(eegbench.interpretability.base, "BATCH_BYTES", {"cpu": 3 * 4 * 2 * 32})
    hook = asked.encoder.register_forward_hook(lambda _layer, _given, z: encoded.append(len(z)))
    for _ in range(3):
        assert len(list(of_scene.batches())) == 4
    hook.remove()
    assert sum(encoded) == N


def test_a_scene_says_which_channels_each_window_has():
    store = Store()
    present = {"eeg": torch.tensor([[True, True], [True, False]]), "eog": torch.tensor([[True], [True]])}
    store.__dict__.update({"_present": present, "_shard": np.array([0, 1] * (N // 2))})
    found = scene_of_group(network(), store, store.table, np.array([0, 1, 3]), "eeg")
    assert found.present.tolist() == [[True, True], [True, False], [True, False]]
    assert scene(network(), "eeg").present is None
