"""Saved weights are loaded if all of them fit."""

import pytest
import torch

from eegbench.config import ConfigError
from eegbench.inference.network import load_weights


def test_weights_that_do_not_fit_are_counted_and_named(tmp_path):
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Linear(2, 2))
    weights = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    weights["0.weight"], weights["other"] = torch.zeros(2, 4), weights.pop("1.bias")
    with pytest.raises(ConfigError, match=r"2 of its 4 tensors .* and not 0\.weight, 1\.bias, other\."):
        load_weights(module, weights, tmp_path)
    many = {f"{number}.weight": torch.zeros(1) for number in range(7)}
    with pytest.raises(ConfigError, match=r"0 of its 4 .*, …\."):
        load_weights(module, many, tmp_path)
