"""What benchmarks share: programs measured in turn, their ratios with a spread, and words that are checked first."""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from hydra import compose, initialize_config_dir

from eegbench.config import conf_folder, plain
from eegbench.environment import choose_device

ROOT = Path(__file__).resolve().parents[1]


def shown(values: Sequence[float], unit: str = "") -> str:
    """Return a median with the lowest and the highest value."""
    middle = f"{statistics.median(values):,.4g}{unit}"
    return middle if len(values) < 2 else f"{middle} [{min(values):,.4g}, {max(values):,.4g}]"


def ratios(ours: Sequence[float], others: Sequence[float], *, more_is_better: bool) -> list[float]:
    """Return the factor by which ours is better, for each pair, so that the load of the machine cancels."""
    pairs = zip(ours, others, strict=True)
    return [mine / other if more_is_better else other / mine for mine, other in pairs]


def seconds(work: Callable[[], object], device: str = "cpu") -> float:
    """Time one call, to the end of what it asked of the device."""
    began = time.perf_counter()
    work()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began


def count(text: str) -> int:
    """Read a number of things to be measured, for a parser."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: a whole number from 1 is expected")
    return int(text)


def device_type(text: str) -> str:
    """Read on what is measured, for a parser."""
    try:
        return choose_device(text).type
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def composed(*overrides: str) -> dict[str, Any]:
    """Return the options of a run with these overrides, as plain values."""
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        return plain(compose("train", overrides=["name=benchmark", *overrides]))


def tell_gpu() -> None:
    """Print a line if the part on a GPU is skipped."""
    if not torch.cuda.is_available():
        print("no GPU here: its part is skipped", flush=True)


def with_words(parser: argparse.ArgumentParser) -> tuple[argparse.Namespace, list[str]]:
    """Parse a command line that may hold overrides for ``eegbench train``; wrong ones end it before anything runs."""
    given, words = parser.parse_known_args()
    if unknown := [word for word in words if word.startswith("-")]:
        parser.error(f"there is no option {unknown[0]}")
    command = [sys.executable, "-m", "eegbench", "train", *words, "--cfg", "job"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    tried = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if tried.returncode != 0:
        sys.exit(tried.stderr.strip())
    return given, words
