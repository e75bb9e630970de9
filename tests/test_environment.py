"""Seeds, devices and versions."""

import pytest
import torch

from eegbench.environment import choose_device, git_state, seed_libraries, set_deterministic, versions


def test_auto_is_a_device_that_is_there():
    assert choose_device("auto").type in ("cpu", "cuda")


@pytest.mark.parametrize("name", ["gpu", "tpu:0", ""])
def test_an_unknown_device_is_refused_with_the_known_ones(name):
    with pytest.raises(ValueError, match="auto, cpu, cuda"):
        choose_device(name)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="set device=cpu"):
        choose_device("cuda")


def test_the_same_seed_gives_the_same_weights():
    seed_libraries(3)
    first = torch.nn.Linear(3, 3).weight.clone()
    seed_libraries(3)
    assert torch.equal(first, torch.nn.Linear(3, 3).weight)


def test_deterministic_mode_can_be_set_and_unset():
    set_deterministic(True, torch.device("cpu"))
    assert torch.are_deterministic_algorithms_enabled()
    set_deterministic(False, torch.device("cpu"))
    assert not torch.are_deterministic_algorithms_enabled()


def test_versions_and_git_state_are_plain_words():
    assert versions()["torch"] == torch.__version__
    assert all(isinstance(value, str) for value in (versions() | git_state()).values())
