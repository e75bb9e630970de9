"""Weights are read from safetensors files only, and an account says which tensors matched by name."""

import hashlib

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from eegbench.config import ConfigError
from eegbench.model.load_audit import check_weights_file, load_matching, read_weights


def network() -> nn.Sequential:
    return nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(2))


@pytest.fixture
def saved(tmp_path):
    def save(**tensors: torch.Tensor):
        path = tmp_path / "published.safetensors"
        save_file({name.replace("__", "."): tensor for name, tensor in tensors.items()}, path)
        return path

    return save


def test_matching_tensors_are_loaded_and_the_others_named(saved):
    path = saved(
        **{"0__weight": torch.full((2, 3), 2.0), "0__bias": torch.full((2,), 3.0), "head__weight": torch.ones(1)}
    )
    net = network()
    audit = load_matching(net, read_weights(path), path)
    assert torch.equal(net[0].weight, torch.full((2, 3), 2.0))
    assert torch.equal(net[0].bias, torch.full((2,), 3.0))
    assert (audit.n_matched, audit.n_tensors) == (2, 4)
    assert (audit.missing, audit.unused) == (("1.bias", "1.weight"), ("head.weight",))
    assert audit.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert str(audit) == (
        "2 of 4 tensors of the encoder are loaded; not in the file, so random: 1.bias, 1.weight; in the file and not "
        "used: head.weight"
    )


def test_a_file_without_a_tensor_of_the_network_is_refused(saved):
    path = saved(other__weight=torch.ones(2, 3))
    with pytest.raises(ConfigError, match=r"none of the 4 tensors .* network has 0\.bias, .* file has other\.weight"):
        load_matching(network(), read_weights(path), path)


def test_a_tensor_of_another_shape_is_refused_and_nothing_is_loaded(saved):
    path, net = saved(**{"0__weight": torch.ones(2, 4), "0__bias": torch.full((2,), 3.0)}), network()
    before = net[0].bias.clone()
    with pytest.raises(ConfigError, match=r"0\.weight has the shape \(2, 4\), and that of the network is \(2, 3\)"):
        load_matching(net, read_weights(path), path)
    assert torch.equal(net[0].bias, before)


def test_other_files_are_refused_before_they_are_opened(tmp_path):
    pickled = tmp_path / "published.pth"
    torch.save({"0.weight": torch.ones(2, 3)}, pickled)
    with pytest.raises(ConfigError, match="safetensors files only"):
        check_weights_file(pickled)
    with pytest.raises(FileNotFoundError, match="no such file"):
        check_weights_file(tmp_path / "absent.safetensors")
    renamed = pickled.rename(tmp_path / "renamed.safetensors")
    with pytest.raises(ConfigError, match="not a safetensors file"):
        read_weights(renamed)
