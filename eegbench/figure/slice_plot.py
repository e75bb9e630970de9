"""What does each option do on its own? The objective against one option after the other."""

from collections.abc import Mapping
from math import ceil

import matplotlib as mpl
import numpy as np
import pandas as pd
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from eegbench.figure.places import Places, places
from eegbench.figure.style import GREY, blank, styled
from eegbench.figure.trials import (
    BEST,
    Directions,
    best_trial,
    check_trials,
    finished,
    objective_label,
    varied,
    wrapped,
)

PANEL_IN = 1.75
MAX_COLUMNS = 4
MAX_CHARACTERS = 26
"""More than these do not fit below a panel, and are slanted."""

GOLDEN = (5**0.5 - 1) / 2
JITTER = 0.22
"""Furthest that a dot stands beside its category."""


@styled
def slice_plot(trials: pd.DataFrame, *, objective: str, directions: Directions, log: Mapping[str, bool]) -> Figure:
    """Draw a panel an option: complete trials as dots coloured by their number, pruned ones hollow, the best a star.

    Dots of one category stand beside each other, each at a distance that its trial's number decides.

    Parameters
    ----------
    trials
        A row a trial, as `eegbench.figure.trials` says.
    objective
        The value drawn.
    directions
        Whether each objective is to ``maximize`` or to ``minimize``.
    log
        Which options are on a logarithmic scale.

    Raises
    ------
    ValueError
        Where the table is not one of trials, or no option varied.
    """
    check_trials(trials, directions)
    names = varied(trials, directions)
    if not names:
        raise ValueError("No option varied in this table of trials; there is nothing to draw the objective against.")
    n_columns = min(len(names), MAX_COLUMNS)
    n_rows = ceil(len(names) / n_columns)
    figure = blank((PANEL_IN + 0.75) * n_rows, max(PANEL_IN * n_columns + 1.2, 3.2))
    grid = figure.subplots(n_rows, n_columns, sharey=True, squeeze=False)
    colours = mpl.cm.ScalarMappable(mpl.colors.Normalize(0, max([1, *trials["trial"]])))
    rows = pd.concat([finished(trials, objective, state) for state in ("pruned", "complete")])
    best = best_trial(trials, objective, directions[objective])
    for axes, name in zip(grid.flat, names, strict=False):
        _panel(axes, rows, objective, places(rows[name], log=log.get(name, False), n_ticks=4), colours, best)
        axes.set_xlabel(wrapped(name, 20))
    for axes in grid.flat[len(names) :]:
        axes.remove()
    for axes in grid[:, 0]:
        axes.set_ylabel(wrapped(objective_label(objective), 24))
    _legend(figure, colours)
    return figure


def _panel(
    axes: Axes, rows: pd.DataFrame, objective: str, one: Places, colours: mpl.cm.ScalarMappable, best: int | None
) -> None:
    trial, value = rows["trial"].to_numpy(float), rows[objective].to_numpy(float)
    x = one.at + (JITTER * aside(trial) if one.categorical else 0)
    rgba = colours.to_rgba(trial)
    complete = (rows["state"] == "complete").to_numpy()
    is_best = complete & (trial == (-1 if best is None else best))
    for some, faces, marker, size in (
        (~complete, "none", "o", 18),
        (complete & ~is_best, rgba[complete & ~is_best], "o", 22),
        (is_best, BEST, "*", 110),
    ):
        edges = rgba[some] if marker == "o" and isinstance(faces, str) else "white"
        axes.scatter(x[some], value[some], s=size, c=faces, edgecolors=edges, linewidths=0.8, marker=marker, zorder=2)
    low, high = one.limits
    room = 0.5 if one.categorical else 0.06 * (high - low)
    axes.set_xlim(low - room, high + room)
    crowded = one.categorical and sum(map(len, one.labels)) > MAX_CHARACTERS
    axes.set_xticks(one.ticks, one.labels, rotation=30 if crowded else 0, ha="right" if crowded else "center")


def aside(trial: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    """Return how far a trial's dot stands beside its category, -1..1: neighbours in number stand far apart."""
    return 2 * (trial * GOLDEN % 1) - 1


def _legend(figure: Figure, colours: mpl.cm.ScalarMappable) -> None:
    bar = figure.colorbar(colours, ax=list(figure.axes), label="trial", aspect=25, ticks=MaxNLocator(5, integer=True))
    bar.outline.set_visible(False)
    marks = [
        Line2D([], [], linestyle="", marker="o", color=GREY, label="complete"),
        Line2D([], [], linestyle="", marker="o", color=GREY, markerfacecolor="none", label="pruned"),
        Line2D([], [], linestyle="", marker="*", color=BEST, markersize=10, markeredgecolor="white", label="best"),
    ]
    figure.legend(handles=marks, loc="outside lower center", ncols=3)
