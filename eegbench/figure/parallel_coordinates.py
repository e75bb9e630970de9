"""Which settings go together in good trials? A line a trial across its options, to what it reached."""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from eegbench.figure.places import Places, places
from eegbench.figure.style import GREY, INK, PALE, blank, on_top, styled
from eegbench.figure.trials import (
    BEST,
    Directions,
    best_trial,
    check_trials,
    finished,
    numbers,
    objective_label,
    varied,
    wrapped,
)

HEIGHT_IN, AXIS_IN = 3.2, 1.15
ABSENT = -0.12
"""Where a trial goes that has no such option, below the axis."""

BEND = 0.4
COLOURS = mpl.colors.ListedColormap(mpl.colormaps["viridis"](np.linspace(0.93, 0.0, 256)))
"""The better, the darker."""
ON_WHITE = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6}


@styled
def parallel_coordinates(
    trials: pd.DataFrame, *, objective: str, directions: Directions, log: Mapping[str, bool]
) -> Figure:
    """Draw a curve a trial through its options, coloured by the objective, which is the last axis.

    The better, the darker; the best trial is thick, and pruned ones are grey. Categories are spread evenly. A
    trial without an option passes below its axis, at "none".

    Parameters
    ----------
    trials
        A row a trial, as `eegbench.figure.trials` says.
    objective
        What colours the curves.
    directions
        Whether each objective is to ``maximize`` or to ``minimize``.
    log
        Which options are on a logarithmic scale.

    Raises
    ------
    ValueError
        Where the table is not one of trials.
    """
    check_trials(trials, directions)
    rows = pd.concat([finished(trials, objective, state) for state in ("pruned", "complete")])
    names = [*varied(trials, directions), objective]
    found = {name: places(rows[name], log=log.get(name, False)) for name in names}
    figure = blank(HEIGHT_IN, max(4.2, AXIS_IN * len(names) + 1.2))
    axes = figure.add_subplot()
    heights = np.stack([_heights(one) for one in found.values()], axis=1)
    best = best_trial(rows, objective, directions[objective])
    _curves(axes, rows, heights, objective, directions[objective] == "maximize", best)
    absent = np.array([np.isnan(one.at).any() for one in found.values()], dtype=bool)
    for x, one in enumerate(found.values()):
        _axis(axes, x, one, absent=bool(absent[x]))
    _finish(axes, names, best, lowest=ABSENT if absent.any() else 0.0)
    return figure


def _heights(one: Places) -> np.ndarray:
    low, high = one.limits
    return np.where(np.isfinite(one.at), (one.at - low) / (high - low), ABSENT)


def _curves(
    axes: Axes, rows: pd.DataFrame, heights: np.ndarray, objective: str, maximize: bool, best: int | None
) -> None:
    """Draw pruned trials first, then the others from the worst to the best."""
    complete = (rows["state"] == "complete").to_numpy()
    values = numbers(rows[objective]).to_numpy() * (1 if maximize else -1)
    norm = mpl.colors.Normalize(*_range(values[complete]))
    for i in np.lexsort((values, complete)):
        is_best = complete[i] and int(rows["trial"].iloc[i]) == best
        colour = BEST if is_best else COLOURS(norm(values[i])) if complete[i] else PALE
        width = 3.0 if is_best else 1.2 if complete[i] else 0.7
        if is_best:
            axes.add_patch(PathPatch(_path(heights[i]), facecolor="none", edgecolor="white", linewidth=5))
        axes.add_patch(PathPatch(_path(heights[i]), facecolor="none", edgecolor=colour, linewidth=width))


def _range(values: np.ndarray) -> tuple[float, float]:
    return (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)


def _path(heights: np.ndarray) -> Path:
    """Return the curve through heights on neighbouring axes, level where it meets each."""
    points, codes = [(0.0, heights[0])], [Path.MOVETO]
    for x in range(1, len(heights)):
        points += [(x - 1 + BEND, heights[x - 1]), (x - BEND, heights[x]), (float(x), heights[x])]
        codes += [Path.CURVE4] * 3
    return Path(points, codes)


def _axis(axes: Axes, x: int, one: Places, *, absent: bool) -> None:
    axes.plot([x, x], [0, 1], color=INK, linewidth=0.8, zorder=3)
    low, high = one.limits
    marks = [((tick - low) / (high - low), text) for tick, text in zip(one.ticks, one.labels, strict=True)]
    for height, text in [*marks, *([(ABSENT, "none")] if absent else [])]:
        axes.plot([x - 0.025, x + 0.025], [height, height], color=INK, linewidth=0.8, zorder=3)
        grey = GREY if text == "none" else INK
        axes.text(x - 0.05, height, text, ha="right", va="center", color=grey, bbox=ON_WHITE, zorder=4)


def _finish(axes: Axes, names: list[str], best: int | None, *, lowest: float) -> None:
    *options, objective = names
    labels = [*(wrapped(name, 18) for name in options), wrapped(objective_label(objective), 18)]
    axes.set_xticks(range(len(names)), labels)
    axes.set_yticks([])
    axes.tick_params(length=0, pad=6)
    axes.spines[:].set_visible(False)
    axes.set_xlim(-0.5, len(names) - 0.8)
    axes.set_ylim(lowest - 0.05, 1.05)
    on_top(axes, "no complete trial" if best is None else f"thick: trial {best}, the best; grey: pruned")
