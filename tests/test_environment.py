"""Seeds, devices and versions."""

import subprocess
import sys

import pytest
import torch

from eegbench import environment
from eegbench.environment import (
    choose_device,
    git_state,
    seed_libraries,
    seed_process,
    set_deterministic,
    share_of_cores,
    versions,
)


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


@pytest.mark.parametrize(
    ("n_cores", "n_jobs", "share"),
    [(8, 1, 8), (8, 2, 4), (8, 3, 2), (8, 20, 1), (8, -1, 1), (8, -2, 1), (8, -7, 4), (8, -99, 8), (1, -1, 1)],
)
def test_jobs_at_a_time_share_the_cores_as_joblib_counts_jobs(n_cores, n_jobs, share):
    assert share_of_cores(n_cores, n_jobs=n_jobs) == share


@pytest.mark.parametrize(("n_asked", "share"), [(4, 4), (1, 1), (64, 8)])
def test_what_a_scheduler_gave_counts_as_far_as_it_is_there(n_asked, share):
    assert share_of_cores(8, n_jobs=2, n_asked=n_asked) == share


@pytest.mark.slow
def test_a_limit_of_threads_holds_for_torch_numpy_and_what_is_started_later():
    code = """
import os, numpy, threadpoolctl, torch
from eegbench.environment import set_threads
os.environ.pop("OMP_NUM_THREADS", None)
os.environ["MKL_NUM_THREADS"] = "1"
set_threads(2)
assert torch.get_num_threads() <= 2
assert max(pool["num_threads"] for pool in threadpoolctl.threadpool_info()) <= 2
assert (os.environ["OMP_NUM_THREADS"], os.environ["MKL_NUM_THREADS"]) == ("2", "1")
"""
    subprocess.run([sys.executable, "-c", code], check=True)
