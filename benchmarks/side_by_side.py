"""What benchmarks share: quantities of two programs measured in turn, and their ratios with a spread."""

import statistics
import time
from collections.abc import Callable, Sequence

import torch


def shown(values: Sequence[float], unit: str = "") -> str:
    """Return a median with the lowest and the highest value."""
    middle = f"{statistics.median(values):,.4g}{unit}"
    return middle if len(values) < 2 else f"{middle} [{min(values):,.4g}, {max(values):,.4g}]"


def ratios(ours: Sequence[float], others: Sequence[float], *, more_is_better: bool) -> list[float]:
    """Return how many times better ours is, pair by pair: what the machine did meanwhile drops out."""
    pairs = zip(ours, others, strict=True)
    return [mine / other if more_is_better else other / mine for mine, other in pairs]


def seconds(work: Callable[[], object], device: str = "cpu") -> float:
    """Time one call, to the end of what it asked of the device."""
    began = time.perf_counter()
    work()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began
