"""The only module that seeds libraries, chooses a device, and requests deterministic algorithms."""

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
    """Convert ``auto``, ``cpu``, ``cuda`` or ``cuda:N`` to an available device.

    If several processes train as one, ``auto`` and ``cuda`` give each its own GPU.

    Raises
    ------
    ValueError
        If a GPU is requested and torch sees none or too few, or the name is none of these.
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
    """Return whether torch sees a GPU."""
    return torch.cuda.is_available()


def multiplies_bf16() -> bool:
    """Return whether this CPU has instructions for bf16 products, which are faster than those in float32."""
    there = torch.cpu.get_capabilities()
    return bool(there.get("amx_bf16", False) or there.get("avx512_bf16", False))


def _own_gpu(name: str) -> torch.device:
    """Return this process's GPU, and make it torch's current device."""
    if name != "cuda":
        raise ValueError(f"device={name} would give one GPU to several processes; set device=auto.")
    n_gpus = torch.cuda.device_count()
    if local_world_size() > n_gpus:  # true in every process, so process 0 reports it
        raise ValueError(
            f"{local_world_size()} processes need a GPU each, and there are {n_gpus}; set --nproc-per-node {n_gpus}, "
            "or device=cpu."
        )
    device = torch.device("cuda", local_rank())
    torch.cuda.set_device(device)
    return device


def seed_libraries(seed: int) -> None:
    """Seed Python, NumPy and torch, for initial weights and dropout; samplers have their own generators."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  some libraries use the legacy state
    torch.manual_seed(seed)


def seed_process(seed: int, pass_: int, rank: int) -> None:
    """Seed torch for one pass of one process, so that dropout differs between processes."""
    torch.manual_seed(int(np.random.SeedSequence([seed, pass_, rank]).generate_state(1)[0]))


def seeded_generator(device: torch.device, *numbers: int) -> torch.Generator:
    """Return a torch generator on a device, seeded from non-negative integers."""
    seed = np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1)
    return torch.Generator(device).manual_seed(int(seed))


@contextmanager
def own_random_state(seed: int) -> Iterator[None]:
    """Give torch a separate random state, seeded here, inside the block, and restore the previous state after it."""
    gpus = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []
    with torch.random.fork_rng(devices=gpus):
        torch.manual_seed(seed)
        yield


@contextmanager
def libraries_restored() -> Iterator[None]:
    """Restore, after the block, random states and the choice of algorithms of Python, NumPy and torch."""
    states = random.getstate(), np.random.get_state()  # noqa: NPY002  some libraries use the legacy state
    chosen = torch.get_deterministic_debug_mode(), torch.backends.cudnn.benchmark
    fills = getattr(torch.utils.deterministic, "fill_uninitialized_memory")  # noqa: B009  a property of the module
    gpus = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []
    try:
        with torch.random.fork_rng(devices=gpus):
            yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002  as above
        torch.set_deterministic_debug_mode(chosen[0])
        torch.backends.cudnn.benchmark = chosen[1]
        setattr(torch.utils.deterministic, "fill_uninitialized_memory", fills)  # noqa: B010  as above


def set_deterministic(deterministic: bool, device: torch.device) -> None:
    """Choose algorithms that give the same bits on every run on the same machine.

    A GPU operation without such an algorithm warns and continues; on a CPU it raises an error.
    """
    if deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS needs it to be deterministic
    on = "error" if device.type == "cpu" else "warn"
    torch.set_deterministic_debug_mode(on if deterministic else "default")  # does not load the compiler
    setattr(torch.utils.deterministic, "fill_uninitialized_memory", False)  # noqa: B010  it fills what is written next
    torch.backends.cudnn.benchmark = not deterministic


def keep_freed_memory() -> None:
    """Keep freed memory in this process if its C library is glibc: the next step allocates the same sizes again.

    Returning memory to the system and requesting it again costs a tenth of a training step.
    """
    if platform.libc_ver()[0] == "glibc":
        trim_threshold, mmap_threshold = -1, -3  # option numbers in malloc.h
        libc = ctypes.CDLL(None)
        libc.mallopt(mmap_threshold, 32 * 2**20)  # the largest value allowed
        libc.mallopt(trim_threshold, 2**31 - 1)


def share_of_cores(n_cores: int, *, n_jobs: int = 1, n_asked: int | None = None) -> int:
    """Return the number of a machine's cores that one of several jobs may use, at least 1.

    Parameters
    ----------
    n_cores
        Number of cores that the process may use.
    n_jobs
        Number of simultaneous jobs, in joblib's convention: -1 means one per core, -2 leaves one core free.
    n_asked
        Number of cores that a scheduler allocated to this job; None without a scheduler.
    """
    if n_asked is not None:
        return max(1, min(n_asked, n_cores))
    at_a_time = n_jobs if n_jobs > 0 else max(1, n_cores + 1 + n_jobs)
    return max(1, n_cores // at_a_time)


def set_threads(n: int) -> None:
    """Limit this process to at most `n` threads; a lower limit that is already set stays.

    Libraries loaded later and child processes read the number from their environment.
    """
    from threadpoolctl import threadpool_limits

    for name in THREADS:
        given = os.environ.get(name, "")
        os.environ[name] = str(min(n, int(given)) if given.isdigit() and int(given) else n)
    torch.set_num_threads(min(n, torch.get_num_threads()))
    threadpool_limits(n)  # of NumPy and SciPy, which are already loaded


@contextmanager
def in_one_thread(*, when: bool) -> Iterator[None]:
    """Limit torch to one thread: on busy cores, small products take longer with several threads than with one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1 if when else before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def n_threads() -> int:
    """Return the number of threads of a torch operation, which affects how sums are rounded."""
    return int(torch.get_num_threads())


def versions() -> dict[str, str]:
    """Return the versions that a result depends on, and the number of threads, which may affect its last bits."""
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
    """Return the commit of the code's repository and whether it has changes; empty if it is not under git."""
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
