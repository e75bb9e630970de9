"""The only place that seeds libraries, chooses a device, and asks for deterministic algorithms."""

import ctypes
import os
import platform
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import torch

from eegbench.distributed import local_rank, local_world_size, world_size

PACKAGES = ("eegbench", "torch", "numpy", "mne", "scikit-learn", "pandas", "hydra-core", "mlflow")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def choose_device(name: str) -> torch.device:
    """Turn ``auto``, ``cpu``, ``cuda`` or ``cuda:N`` into a device that is there.

    Where several processes train as one, ``auto`` and ``cuda`` give each its own GPU.

    Raises
    ------
    ValueError
        Where a GPU is asked for and torch sees none or too few, or the name is none of these.
    """
    if name == "auto":
        name = "cuda" if has_gpu() else "cpu"
    if name == "cpu":
        return torch.device("cpu")
    if name.split(":")[0] != "cuda":
        raise ValueError(f"device={name} is none of auto, cpu, cuda and cuda:N; set device=auto.")
    if not has_gpu():
        raise ValueError(f"device={name}, but torch {torch.__version__} sees no GPU here; set device=cpu.")
    if world_size() > 1:
        return _own_gpu(name)
    device = torch.device(name)
    if (device.index or 0) >= torch.cuda.device_count():
        raise ValueError(f"device={name}, but there are {torch.cuda.device_count()} GPUs, counted from 0.")
    return device


def has_gpu() -> bool:
    """Whether torch sees a GPU."""
    return torch.cuda.is_available()


def multiplies_bf16() -> bool:
    """Whether this processor has instructions for products of bf16, which are faster than those of float32."""
    there = torch.cpu.get_capabilities()
    return bool(there.get("amx_bf16", False) or there.get("avx512_bf16", False))


def _own_gpu(name: str) -> torch.device:
    """Return this process's GPU, and make it the one that torch means by ``cuda``."""
    if name != "cuda":
        raise ValueError(f"device={name} would give one GPU to several processes; set device=auto.")
    n_gpus = torch.cuda.device_count()
    if local_world_size() > n_gpus:  # the same in every process, so that process 0 tells it
        raise ValueError(
            f"{local_world_size()} processes need a GPU each, and there are {n_gpus}; set --nproc-per-node {n_gpus}, "
            "or device=cpu."
        )
    device = torch.device("cuda", local_rank())
    torch.cuda.set_device(device)
    return device


def seed_libraries(seed: int) -> None:
    """Seed Python, NumPy and torch: they decide initial weights and dropout; draws have generators."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  libraries that still use the legacy state
    torch.manual_seed(seed)


def seed_process(seed: int, pass_: int, rank: int) -> None:
    """Seed torch for one pass of one of several processes, so that each drops other features."""
    torch.manual_seed(int(np.random.SeedSequence([seed, pass_, rank]).generate_state(1)[0]))


def seeded_generator(device: torch.device, *numbers: int) -> torch.Generator:
    """Return a generator of torch's on a device, whose seed comes from numbers from 0."""
    seed = np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1)
    return torch.Generator(device).manual_seed(int(seed))


@contextmanager
def own_random_state(seed: int) -> Iterator[None]:
    """Let torch draw from a state of its own, seeded here, and put the state of before back afterwards."""
    gpus = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []
    with torch.random.fork_rng(devices=gpus):
        torch.manual_seed(seed)
        yield


def set_deterministic(deterministic: bool, device: torch.device) -> None:
    """Ask for algorithms that give the same bits on every run of the same machine.

    On a GPU an operation that has no such algorithm says so and goes on; on a CPU it would be an error.
    """
    if deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS needs it to be deterministic
    on = "error" if device.type == "cpu" else "warn"
    torch.set_deterministic_debug_mode(on if deterministic else "default")  # the other way loads torch's compiler
    setattr(torch.utils.deterministic, "fill_uninitialized_memory", False)  # noqa: B010  it fills what is written next
    torch.backends.cudnn.benchmark = not deterministic


def keep_freed_memory() -> None:
    """Let this process keep what tensors gave back, where its C library is GNU's: a step soon wants the same again.

    To take memory from the system and to give it back costs a tenth of a training step.
    """
    if platform.libc_ver()[0] == "glibc":
        trim_threshold, mmap_threshold = -1, -3  # names of options, in malloc.h
        libc = ctypes.CDLL(None)
        libc.mallopt(mmap_threshold, 32 * 2**20)  # the largest that it takes
        libc.mallopt(trim_threshold, 2**31 - 1)


def share_of_cores(n_cores: int, *, n_jobs: int = 1, n_asked: int | None = None) -> int:
    """Return how many of a machine's cores one of several jobs may use, at least 1.

    Parameters
    ----------
    n_cores
        Cores that the process may use.
    n_jobs
        Jobs at a time, as joblib counts them: -1 is a job a core, -2 leaves one core free.
    n_asked
        Cores that a scheduler gave the job alone; None where there is none.
    """
    if n_asked is not None:
        return max(1, min(n_asked, n_cores))
    at_a_time = n_jobs if n_jobs > 0 else max(1, n_cores + 1 + n_jobs)
    return max(1, n_cores // at_a_time)


def set_threads(n: int) -> None:
    """Let this process compute in at most `n` threads; where it was given fewer already, they stay.

    Libraries that are loaded later, and processes that are started, find the number in their environment.
    """
    from threadpoolctl import threadpool_limits

    for name in THREADS:
        given = os.environ.get(name, "")
        os.environ[name] = str(min(n, int(given)) if given.isdigit() and int(given) else n)
    torch.set_num_threads(min(n, torch.get_num_threads()))
    threadpool_limits(n)  # NumPy's and SciPy's, which were loaded before


@contextmanager
def in_one_thread(*, when: bool) -> Iterator[None]:
    """Let torch compute in one thread: small products, where cores are busy, take several threads longer than one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1 if when else before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def n_threads() -> int:
    """Return the number of threads that an operation of torch is spread over; it decides how sums are rounded."""
    return int(torch.get_num_threads())


def versions() -> dict[str, str]:
    """Return the versions that a result depends on, and the number of threads, which may change its last bits."""
    found = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "threads": str(n_threads()),
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def git_state() -> dict[str, str]:
    """Return commit and cleanness of the code's repository, or nothing where it is not under git."""
    root = Path(__file__).resolve().parents[1]
    if not (root / ".git").exists():
        return {}
    try:
        commit = _git(root, "rev-parse", "HEAD")
        dirty = bool(_git(root, "status", "--porcelain"))
    except (OSError, subprocess.CalledProcessError):
        return {}
    return {"git_commit": commit, "git_state": "modified" if dirty else "clean"}


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()
