"""Pretext score against the score of the probe, a panel for each task."""

from collections.abc import Mapping
from math import ceil

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from eegbench.figure.style import PALETTE, STEPS, blank, on_top, styled

MAX_COLUMNS = 3
HEIGHT_IN, WIDTH_IN = 2.3, 2.55
"""Size of a panel."""

MARGIN = 0.08
"""Margin around the points, as a share of their range."""


@styled
def pretext_scatter(points: pd.DataFrame, *, notes: Mapping[str, str], measure: str) -> Figure:
    """Draw a point for each run, in a panel for each task.

    Parameters
    ----------
    points
        ``task, pretext_metric, pretext, downstream`` of each run.
    notes
        Line below the title of each panel, by task; only these tasks are drawn.
    measure
        Name of the probes' score.
    """
    n_columns = 2 if len(notes) == 4 else min(MAX_COLUMNS, len(notes))
    n_rows = ceil(len(notes) / n_columns)
    figure = blank(HEIGHT_IN * n_rows + 0.4, max(3.5, WIDTH_IN * n_columns))
    grid = figure.subplots(n_rows, n_columns, sharey=True, squeeze=False)
    for axes, (task, note) in zip(grid.flat, notes.items(), strict=False):
        of_task = points[points["task"] == task]
        n = len(of_task)
        _panel(axes, of_task, f"{task.replace('_', ' ')}, {n} runs\n{note}")
    for axes in grid.flat[len(notes) :]:
        axes.remove()
    shown = points.loc[points["task"].isin(list(notes)), "downstream"]
    grid[0, 0].set_ylim(*_limits(shown))
    grid[0, 0].yaxis.set_major_locator(MaxNLocator(5, steps=STEPS))
    figure.supylabel(f"{measure} of the probe on valid", fontsize="medium")
    return figure


def _panel(axes: Axes, points: pd.DataFrame, title: str) -> None:
    axes.plot(points["pretext"], points["downstream"], "o", color=PALETTE[0], markersize=4, alpha=0.75, mew=0)
    axes.set_xlim(*_limits(points["pretext"]))
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=STEPS))
    metric = str(points["pretext_metric"].iloc[0])
    better = " (lower is better)" if metric == "loss" else ""
    axes.set_xlabel(f"pretext {metric.replace('_', ' ')} on valid{better}")
    axes.grid(color="#EBEBEB", linewidth=0.8)
    axes.set_axisbelow(True)
    on_top(axes, title)


def _limits(values: pd.Series) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    margin = MARGIN * (high - low) or 0.01 * max(abs(low), 1.0)
    return low - margin, high + margin
