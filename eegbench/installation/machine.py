"""Check of the device, threads, memory and disk of this machine."""

import os
import shutil
from pathlib import Path

import psutil
import torch

from eegbench.environment import THREADS, has_gpu, n_threads
from eegbench.installation.finding import Finding
from eegbench.progress import n_cores

FEW_GB, LITTLE_GB = 1.0, 10.0
"""Free disk space in GB below which runs fail, and below which large data sets do not fit."""

MEMORY_GB = 2.0
"""Free memory in GB that the default run and its worker processes need."""

DRIVER = "/proc/driver/nvidia/version"
"""File of NVIDIA's driver on Linux."""


def check_machine(outputs: Path) -> list[Finding]:
    """Check the device, the number of threads, free memory, and the disk of the outputs folder."""
    return [check_device(has_driver=Path(DRIVER).exists()), check_threads(), check_memory(), *check_outputs(outputs)]


def check_device(*, has_driver: bool) -> Finding:
    """Check whether torch uses the GPU, if there is one."""
    if has_gpu():
        names = [torch.cuda.get_device_properties(i) for i in range(torch.cuda.device_count())]
        listed = ", ".join(f"{one.name} ({one.total_memory / 2**30:.0f} GiB)" for one in names)
        return Finding("device", "ok", f"torch {torch.__version__} uses {listed}")
    if has_driver:
        text = f"this machine has an NVIDIA GPU, and torch {torch.__version__} does not see it"
        return Finding("device", "warning", text, "install a CUDA build of torch (docs/install.md), or set device=cpu")
    return Finding("device", "ok", f"torch {torch.__version__} uses the CPU; there is no GPU")


def check_threads() -> Finding:
    """Check that torch and other libraries do not start more threads than there are cores."""
    cores, threads = n_cores(), n_threads()
    asked = {name: value for name in THREADS if (value := os.environ.get(name, ""))}
    text = f"{threads} thread{'s' * (threads != 1)} on {cores} core{'s' * (cores != 1)}"
    shown = f" ({', '.join(f'{name}={value}' for name, value in asked.items())})" if asked else ""
    if threads > cores:
        return Finding("threads", "warning", f"{text}{shown}: too many", f"export OMP_NUM_THREADS={cores}")
    return Finding("threads", "ok", f"{text}{shown}")


def check_memory() -> Finding:
    """Check that enough memory is free for the default run."""
    memory = psutil.virtual_memory()
    text = f"{memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB of memory are free"
    if memory.available < MEMORY_GB * 1e9:
        return Finding(
            "memory", "warning", text, "end other programs, or set store.n_workers=1 and store.resident=false"
        )
    return Finding("memory", "ok", text)


def check_outputs(outputs: Path) -> list[Finding]:
    """Check that the outputs folder is writable and its disk has space; the folder need not exist."""
    there = next(path for path in (outputs, *outputs.parents) if path.exists())
    elsewhere = "name another folder with paths.outputs=FOLDER"
    if not there.is_dir():
        return [Finding("outputs", "broken", f"{there} is a file, so {outputs} cannot be a folder", elsewhere)]
    if not os.access(there, os.W_OK | os.X_OK):
        return [Finding("outputs", "broken", f"writing in {there} is not permitted", f"ask its owner, or {elsewhere}")]
    free = shutil.disk_usage(there).free / 1e9
    text = f"{outputs}: {free:,.1f} GB of disk are free"
    if free < FEW_GB:
        return [Finding("outputs", "broken", text, f"free some space, or {elsewhere}")]
    if free < LITTLE_GB:
        return [Finding("outputs", "warning", text, "large data sets will not fit")]
    return [Finding("outputs", "ok", text)]
