"""Seeds, devices and versions."""

import pytest
import torch

from eegbench import environment
from eegbench.environment import choose_device, git_state, seed_libraries, seed_process, set_deterministic, versions


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


@pytest.fixture
def second_of_two(monkeypatch):
    """Process 1 of two on a machine with GPUs; returns where the current GPU is noted."""
    chosen = []
    monkeypatch.setattr(environment, "world_size", lambda: 2)
    monkeypatch.setattr(environment, "local_rank", lambda: 1)
    monkeypatch.setattr(environment, "local_world_size", lambda: 2)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    return chosen


@pytest.mark.parametrize("name", ["auto", "cuda"])
def test_each_of_several_processes_has_a_gpu_of_its_own(second_of_two, name):
    assert choose_device(name) == torch.device("cuda:1")
    assert second_of_two == [torch.device("cuda:1")]


def test_several_processes_on_one_gpu_are_refused(second_of_two, monkeypatch):
    with pytest.raises(ValueError, match=r"device=cuda:0 would give one GPU to several processes; set device=auto"):
        choose_device("cuda:0")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ValueError, match=r"2 processes need a GPU each, and there are 1; set --nproc-per-node 1"):
        choose_device("auto")
    assert choose_device("cpu") == torch.device("cpu")


def test_each_process_and_pass_drops_other_features_and_always_the_same():
    drawn = {}
    for where in ((1, 1), (1, 2), (2, 1), (1, 1)):
        seed_process(0, *where)
        drawn.setdefault(where, []).append(torch.rand(4).tolist())
    assert drawn[1, 1][0] == drawn[1, 1][1]
    assert len({tuple(draws[0]) for draws in drawn.values()}) == 3


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
