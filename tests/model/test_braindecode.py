"""A model of braindecode is an encoder if it returns numbers, and raises an error message otherwise."""

import sys
from types import ModuleType

import pytest
import torch
from forms import group_of
from safetensors.torch import save_file
from torch import nn

from eegbench.config import ConfigError
from eegbench.model.braindecode import Braindecode
from eegbench.types import Form

FORM = {
    "form": Form({"eeg": group_of(("C3", "C4"), 100.0, 50)}, "none"),
    **{"n_channels": 2, "n_times": 50, "sfreq": 100.0, "weights": None},
}


class EEGStub(nn.Module):
    def __init__(self, n_chans: int, n_times: int, sfreq: float, n_outputs: int, drop_prob: float = 0.5) -> None:
        super().__init__()
        self.form, self.drop_prob = (n_chans, n_times, sfreq), drop_prob
        self.linear = nn.Linear(n_chans * n_times, n_outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x.flatten(1))


class WithFeatures(nn.Module):
    def __init__(self, n_chans: int, n_times: int, sfreq: float, n_outputs: int) -> None:
        super().__init__()
        self.patches, self.final_layer = nn.Linear(10, 4), nn.Linear(4, n_outputs)

    def forward(self, x: torch.Tensor, return_features: bool = False) -> torch.Tensor | dict[str, torch.Tensor]:
        tokens = self.patches(x.unflatten(2, (-1, 10)))
        return {"features": tokens} if return_features else self.final_layer(tokens.mean((1, 2)))


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
    models.WithFeatures = WithFeatures
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
        ("build", {}, r"no such model; there are AtEveryStep, EEGStub, OfPositions, WithFeatures"),
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


def test_published_weights_are_loaded_without_the_head_and_the_mean_of_features_is_the_embedding(tmp_path) -> None:
    published = WithFeatures(2, 50, 100.0, 3)
    save_file(published.state_dict(), tmp_path / "it.safetensors")
    given = FORM | {"weights": str(tmp_path / "it.safetensors")}
    model = Braindecode(**given, name="WithFeatures", embed_dim=64, options={})
    x = torch.randn(3, 2, 50, generator=torch.Generator().manual_seed(0))
    assert model.loaded is None
    assert not torch.allclose(model.features(x), published(x, return_features=True)["features"].flatten(1, 2))
    audit = model.load_weights()
    assert (audit.n_matched, audit.n_tensors, audit.missing) == (2, 2, ())
    assert audit.unused == ("final_layer.bias", "final_layer.weight")
    expected = published(x, return_features=True)["features"].flatten(1, 2)
    assert torch.equal(model.features(x), expected)
    assert torch.equal(model.embed(x), expected.mean(1))
    assert model.embed_dim == 4


def test_without_weights_and_size_the_features_are_those_of_random_weights() -> None:
    model = Braindecode(**FORM, name="WithFeatures", embed_dim=None, options={})
    assert (model.embed_dim, model.load_weights(), model.loaded) == (4, None, None)


def test_a_file_of_another_network_and_a_network_without_features_are_refused(tmp_path) -> None:
    save_file({"other": torch.ones(2)}, tmp_path / "it.safetensors")
    given = FORM | {"weights": str(tmp_path / "it.safetensors")}
    with pytest.raises(ConfigError, match="none of the 2 tensors"):
        Braindecode(**given, name="WithFeatures", embed_dim=64, options={}).load_weights()
    with pytest.raises(ValueError, match=r"EEGStub does not return features"):
        Braindecode(**given, name="EEGStub", embed_dim=64, options={})
