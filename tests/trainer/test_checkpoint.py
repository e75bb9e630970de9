"""A checkpoint restores what was written; a damaged one raises an error."""

import pytest
import torch

from eegbench.config import ConfigError
from eegbench.trainer.checkpoint import load_tensors, save_tensors


def test_tensors_and_facts_come_back(tmp_path):
    save_tensors(tmp_path / "last.safetensors", {"a": torch.arange(3)}, {"pass": 2})
    tensors, facts = load_tensors(tmp_path / "last.safetensors")
    assert tensors["a"].tolist() == [0, 1, 2]
    assert facts == {"pass": 2}


@pytest.mark.parametrize("kept", [0, 5, 0.5, 0.99])
def test_a_checkpoint_that_a_power_cut_damaged_is_named_with_what_to_remove(tmp_path, kept):
    path = tmp_path / "last.safetensors"
    save_tensors(path, {"a": torch.arange(1000.0)}, {"pass": 2})
    raw = path.read_bytes()
    path.write_bytes(raw[: kept if isinstance(kept, int) else int(kept * len(raw))])
    with pytest.raises(ConfigError, match=r"last\.safetensors: this checkpoint is damaged .* remove its folder"):
        load_tensors(path)
