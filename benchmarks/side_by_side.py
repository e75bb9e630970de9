"""What benchmarks share: quantities of two programs measured in turn, and their ratios with a spread."""

import statistics
from collections.abc import Sequence


def shown(values: Sequence[float], unit: str = "") -> str:
    """Return a median with the lowest and the highest value."""
    middle = f"{statistics.median(values):,.4g}{unit}"
    return middle if len(values) < 2 else f"{middle} [{min(values):,.4g}, {max(values):,.4g}]"


def ratios(ours: Sequence[float], others: Sequence[float], *, more_is_better: bool) -> list[float]:
    """Return how many times better ours is, pair by pair: what the machine did meanwhile drops out."""
    pairs = zip(ours, others, strict=True)
    return [mine / other if more_is_better else other / mine for mine, other in pairs]
