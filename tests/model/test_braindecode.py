"""A model of braindecode is an encoder if it returns numbers, and raises an error message otherwise."""

import sys
from types import ModuleType

import pytest
import torch
from torch import nn

from eegbench.model.braindecode import Braindecode

FORM = {"n_channels": 2, "n_times": 50, "sfreq": 100.0}


class EEGStub(nn.Module):
    def __init__(self, n_chans: int, n_times: int, sfreq: float, n_outputs: int, drop_prob: float = 0.5) -> None:
        super().__init__()
        self.form, self.drop_prob = (n_chans, n_times, sfreq), drop_prob
        self.linear = nn.Linear(n_chans * n_times, n_outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x.flatten(1))


class AtEveryStep(EEGStub):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x).unsqueeze(2)


class OfPositions(EEGStub):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise ValueError("ch_names is None")


@pytest.fixture(autouse=True)
def _stub(monkeypatch: pytest.MonkeyPatch) -> None:
    package, models = ModuleType("braindecode"), ModuleType("braindecode.models")
    models.EEGStub, models.AtEveryStep, models.OfPositions, models.build = EEGStub, AtEveryStep, OfPositions, print
    monkeypatch.setitem(sys.modules, "braindecode", package)
    monkeypatch.setitem(sys.modules, "braindecode.models", models)


def test_outputs_are_the_embedding_and_the_only_token() -> None:
    model = Braindecode(**FORM, name="EEGStub", embed_dim=6, options={})
    x = torch.randn(3, 2, 50, generator=torch.Generator().manual_seed(0))
    assert model.embed(x).shape == (3, model.embed_dim) == (3, 6)
    assert model.features(x).shape == (3, 1, 6)
    linear = model.network.linear
    torch.testing.assert_close(model.embed(x), x.flatten(1) @ linear.weight.T + linear.bias)
    assert torch.equal(model.features(x)[:, 0], model.embed(x))


def test_the_model_learns_the_form_of_windows_and_gets_its_options() -> None:
    network = Braindecode(**FORM, name="EEGStub", embed_dim=6, options={"drop_prob": 0.25}).network
    assert (network.form, network.drop_prob, network.training) == ((2, 50, 100.0), 0.25, True)


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("EEGstubb", {}, r"model\.name=EEGstubb: braindecode has no such model; did you mean EEGStub\?"),
        ("build", {}, r"no such model; there are AtEveryStep, EEGStub, OfPositions"),
        ("EEGStub", {"depth": 3}, r"could not use it with .*unexpected keyword argument 'depth'.*model\.options"),
        ("AtEveryStep", {}, r"outputs of shape \(2, 6\) for two windows, got \(2, 6, 1\)"),
        ("OfPositions", {}, r"ch_names is None"),
    ],
)
def test_what_cannot_be_used_is_refused(name: str, options: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Braindecode(**FORM, name=name, embed_dim=6, options=options)


def test_without_the_package_a_sentence_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "braindecode.models", None)
    with pytest.raises(ValueError, match=r"pip install 'eegbench\[braindecode\]'"):
        Braindecode(**FORM, name="EEGStub", embed_dim=6, options={})
