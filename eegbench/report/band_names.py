"""Names of the bands of a map for figures, with their edges in Hz."""

import numpy as np

from eegbench.interpretability import Attribution
from eegbench.interpretability.occlusion import ALL

ALL_FREQUENCIES = "all frequencies"
"""Name, in figures, of the band of a whole channel."""


def named_bands(attribution: Attribution) -> tuple[str, ...]:
    """Return the names of the bands of a map, with their edges if these are known and finite."""
    if attribution.bands_hz is None:
        return tuple(str(name) for name in attribution.places)
    named = zip(attribution.places, attribution.bands_hz, strict=True)
    return tuple(_named(str(name), low, high) for name, (low, high) in named)


def _named(name: str, low: float, high: float) -> str:
    return f"{name} {low:g}–{high:g} Hz" if np.isfinite(high) else ALL_FREQUENCIES if name == ALL else name
