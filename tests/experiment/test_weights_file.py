"""A run starts from the weights of a file, frozen or not, next to the same network with random weights."""

import json
import sys
from types import ModuleType

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

TOO_MUCH = ("sampler.", "model.", "trainer.max_passes")


class Patches(nn.Module):
    def __init__(self, n_chans: int, n_times: int, sfreq: float, n_outputs: int) -> None:
        super().__init__()
        self.patches, self.final_layer = nn.Linear(10, 4), nn.Linear(4, n_outputs)

    def forward(self, x: torch.Tensor, return_features: bool = False) -> torch.Tensor | dict[str, torch.Tensor]:
        tokens = self.patches(x.unflatten(2, (-1, 10)))
        return {"features": tokens} if return_features else self.final_layer(tokens.mean((1, 2)))


@pytest.fixture
def run(train, monkeypatch):
    from toy import SMALL

    package, models = ModuleType("braindecode"), ModuleType("braindecode.models")
    models.Patches = Patches
    monkeypatch.setitem(sys.modules, "braindecode", package)
    monkeypatch.setitem(sys.modules, "braindecode.models", models)
    words = [word for word in SMALL if not word.startswith(TOO_MUCH)]
    words += ["model=braindecode", "model.name=Patches", "task=supervised", "trainer.max_passes=1", "figures=[]"]
    return lambda *more: train(*words, *more, small=False)


@pytest.mark.slow
def test_a_frozen_encoder_keeps_the_weights_of_the_file_and_the_run_accounts_for_them(run, tmp_path, capfd):
    path = tmp_path / "published.safetensors"
    published = {"patches.weight": torch.randn(4, 10), "other": torch.zeros(1)}
    save_file(published, path)
    status, (folder,) = run(f"model.weights={path}", "trainable=none")
    assert status == 0
    kept = load_file(folder / "model" / "model.safetensors")["encoder.network.network.patches.weight"]
    assert torch.equal(kept, published["patches.weight"])
    summary = json.loads((folder / "summary.json").read_text())
    (audit,) = summary["weights_files"]
    assert (audit["n_matched"], audit["n_tensors"]) == (1, 2)
    assert (audit["missing"], audit["unused"]) == (["patches.bias"], ["other"])
    told = (
        "1 of 2 tensors of the encoder are loaded; not in the file, so random: patches.bias; in the file and not used"
    )
    assert told in capfd.readouterr().err
    assert summary["encoder_used_labels"] is False  # the labels trained the head alone
    text = (folder / "methods.md").read_text(encoding="utf-8")
    assert "with the mean of its features as the embedding; it had 44 parameters" in text
    assert "1 of 2 tensors of the encoder, matched by name" in text
    status, (tuned,) = run(f"model.weights={path}")
    assert status == 0
    changed = load_file(tuned / "model" / "model.safetensors")["encoder.network.network.patches.weight"]
    assert not torch.equal(changed, published["patches.weight"])
    assert json.loads((tuned / "summary.json").read_text())["encoder_used_labels"] is True


def test_a_file_that_is_absent_or_pickled_is_refused_before_any_work(run, tmp_path, capfd):
    assert run(f"model.weights={tmp_path / 'absent.safetensors'}")[0] == 1
    assert "no such file" in capfd.readouterr().err
    assert run("model.weights=published.pth")[0] == 1
    assert "safetensors files only" in capfd.readouterr().err
