"""Where do the values of an option lie on an axis? Numbers as they are or by their logarithm, names side by side."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float
from matplotlib.ticker import MaxNLocator

from eegbench.figure.trials import numbers

FEW = 6
"""Whole numbers that stand as marks on an axis, each its own."""


@dataclass(frozen=True)
class Places:
    """Where the values of one option lie on its axis.

    Attributes
    ----------
    at
        A place a trial; NaN where the trial has no value. Of numbers their own value or, where ``log``, its decimal
        logarithm; of categories 0, 1, 2, ….
    ticks
        Places of the marks.
    labels
        A text a mark.
    categorical
        Whether the values are names rather than numbers.
    """

    at: Float[np.ndarray, "n"]
    ticks: list[float]
    labels: list[str]
    categorical: bool

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest place that the axis must hold, never the same."""
        marks = self.ticks if self.categorical else []
        known = [*self.at[np.isfinite(self.at)], *marks]
        low, high = (min(known), max(known)) if known else (0.0, 1.0)
        return (low, high) if high > low else (low - 0.5, high + 0.5)


def places(values: pd.Series, *, log: bool, n_ticks: int = 5) -> Places:
    """Place the values of an option, or of an objective, on an axis; log is for positive numbers alone."""
    if any(isinstance(value, str | bool) for value in values.dropna()):
        names = sorted({str(value) for value in values.dropna()})
        at = [np.nan if pd.isna(value) else float(names.index(str(value))) for value in values]
        return Places(np.array(at), [float(i) for i in range(len(names))], names, categorical=True)
    found = numbers(values).to_numpy()
    known = np.unique(found[np.isfinite(found)])
    if log and (known > 0).all():
        ticks = _log_ticks(known)
        return Places(np.log10(found), [float(np.log10(tick)) for tick in ticks], tick_labels(ticks), False)
    ticks = _ticks(known, n_ticks)
    return Places(found, ticks, tick_labels(ticks), categorical=False)


def tick_labels(ticks: list[float]) -> list[str]:
    """Write numbers alike: with the same number of decimals, or all by powers of ten where some are tiny or huge."""
    sizes = [abs(tick) for tick in ticks if tick]
    if any(size < (1e-3 if _are_powers(sizes) else 1e-4) or size >= 1e5 for size in sizes):
        return [_by_power(tick) for tick in ticks]
    if sizes and (max(sizes) / min(sizes) > 50 or min(sizes) < 1e-3):
        return [f"{tick:.4g}" for tick in ticks]
    decimals = max((len(f"{tick:.4g}".partition(".")[2]) for tick in ticks), default=0)
    return [f"{tick:.{decimals}f}" for tick in ticks]


def _are_powers(sizes: list[float]) -> bool:
    return all(f"{size:.1e}".startswith("1.0e") for size in sizes)


def _by_power(value: float) -> str:
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    times = "" if float(mantissa) == 1 else f"{float(mantissa):g}\\times"
    return f"${times}10^{{{int(exponent)}}}$"


def _ticks(known: Float[np.ndarray, "k"], n_ticks: int) -> list[float]:
    if len(known) < 2 or (len(known) <= FEW and (known == known.round()).all()):
        return known.tolist()  # a choice of few whole numbers: these, and none between
    found = MaxNLocator(n_ticks, steps=[1, 2, 2.5, 5, 10]).tick_values(known[0], known[-1])
    return [round(float(tick), 12) for tick in found if known[0] <= tick <= known[-1]]


def _log_ticks(known: Float[np.ndarray, "k"]) -> list[float]:
    """Return the powers of ten between the values, and numbers between these where they alone are too few."""
    if len(known) < 2:
        return known.tolist()
    low, high = float(known[0]) * (1 - 1e-9), float(known[-1]) * (1 + 1e-9)
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for factors in ((1,), (1, 3), (1, 2, 5)):
        inside = [factor * 10.0**power for power in powers for factor in factors if low <= factor * 10.0**power <= high]
        if len(inside) > 2:
            break
    return inside if len(inside) > 1 else [float(known[0]), float(known[-1])]
