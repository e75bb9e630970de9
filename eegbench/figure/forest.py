"""Forest plot of groups: values with intervals, then paired differences."""

from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from eegbench.figure.style import GREY, INK, PALETTE, STEPS, blank, styled

ROW_IN = 0.27
LINE_IN = 0.13
"""Height of a row of one line, and of each further line of its name."""

NAME_CHARACTERS = 38
GAP = 0.6
"""Space between groups and controls, in rows."""

ALPHA = 0.05


@styled
def forest(table: pd.DataFrame, differences: pd.DataFrame, *, metric: str, title: str) -> Figure:
    """Draw a row per group and control, and below them a row per difference around zero.

    Parameters
    ----------
    table
        ``kind`` (``group`` or ``control``), ``name, value, ci_low, ci_high``, in the order of rows from the top.
        An interval without finite ends is not drawn.
    differences
        ``a, b, value, ci_low, ci_high, p_holm``; without rows there is no second panel. A difference is filled
        if its corrected p-value is below 0.05, and hollow otherwise.
    metric
        Name of the metric.
    title
        Title above the figure.
    """
    names = [fill(name, NAME_CHARACTERS) for name in table["name"]]
    pairs = [_pair(a, b) for a, b in zip(differences["a"], differences["b"], strict=True)]
    heights = [_height(names) + GAP * ROW_IN, *([_height(pairs)] if pairs else [])]
    figure = blank(sum(heights) + 0.62 * len(heights) + 0.25)
    panels = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    _values(panels[0], table, names)
    panels[0].set_xlabel(metric)
    if pairs:
        _differences(panels[1], differences, pairs)
        panels[1].set_xlabel(f"difference in {metric} (A − B); p: Holm-corrected")
    figure.suptitle(title)
    return figure


def _pair(a: str, b: str) -> str:
    one = f"{a} − {b}"
    return one if len(one) <= NAME_CHARACTERS else f"{fill(a, NAME_CHARACTERS)}\n− {fill(b, NAME_CHARACTERS - 2)}"


def _height(names: list[str]) -> float:
    """Return the height in inches of equally spaced rows, given the longest name."""
    return len(names) * (ROW_IN + LINE_IN * max(name.count("\n") for name in names))


def _values(axes: Axes, table: pd.DataFrame, names: list[str]) -> None:
    control = (table["kind"] == "control").to_numpy()
    heights = np.arange(len(table)) + GAP * control
    for height, row, grey in zip(heights, table.itertuples(), control, strict=True):
        colour = GREY if grey else PALETTE[0]
        _whisker(axes, float(height), row, colour, filled=not grey)
        _beside(axes, float(height), _text(row, signed=False), colour if grey else INK)
    _rows(axes, heights, names)


def _differences(axes: Axes, differences: pd.DataFrame, pairs: list[str]) -> None:
    axes.axvline(0, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
    row: Any  # pandas-stubs do not know the type of a cell
    for height, row in enumerate(differences.itertuples()):
        p = f"   {_p(row.p_holm)}" if np.isfinite(row.p_holm) else ""
        _whisker(axes, float(height), row, PALETTE[5], filled=bool(row.p_holm < ALPHA))
        _beside(axes, float(height), _text(row, signed=True) + p, INK)
    _rows(axes, np.arange(len(pairs)), pairs)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=STEPS))


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _whisker(axes: Axes, height: float, row: Any, colour: str, *, filled: bool) -> None:
    if np.isfinite(row.ci_low):
        axes.hlines(height, row.ci_low, row.ci_high, color=colour, linewidth=1.8)
    face = colour if filled else "white"
    axes.plot(row.value, height, "o", color=colour, markerfacecolor=face, markersize=6)


def _beside(axes: Axes, height: float, text: str, colour: str) -> None:
    axes.text(1.02, height, text, transform=axes.get_yaxis_transform(), va="center", color=colour)


def _text(row: Any, *, signed: bool) -> str:
    value, low, high = row.value, row.ci_low, row.ci_high
    if not np.isfinite(value):
        return "undefined"
    sign = "+" if signed else ""
    interval = f" [{low:{sign}.2f}, {high:{sign}.2f}]" if np.isfinite(low) else ""
    return f"{value:{sign}.2f}{interval}".replace("-", "−")


def _rows(axes: Axes, heights: np.ndarray, names: list[str]) -> None:
    axes.set_yticks(heights, names)
    axes.set_ylim(heights[-1] + 0.6, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color="#EBEBEB", linewidth=0.8)
    axes.set_axisbelow(True)
