"""What must be given up of one objective for another? Trials by two objectives, and the front that none beats."""

from itertools import combinations

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eegbench.figure.style import PALE, PALETTE, blank, on_top, styled
from eegbench.figure.trials import BEST, Directions, check_trials, finished, objective_label

PANEL_IN = 3.2


@styled
def pareto_front(trials: pd.DataFrame, *, directions: Directions) -> Figure:
    """Draw complete trials by each pair of objectives; those of the front carry their numbers.

    Parameters
    ----------
    trials
        A row a trial, as `eegbench.figure.trials` says.
    directions
        Whether each objective, at least two, is to ``maximize`` or to ``minimize``.

    Raises
    ------
    ValueError
        Where the table is not one of trials, or there are fewer than two objectives.
    """
    check_trials(trials, directions)
    if len(directions) < 2:
        raise ValueError("A Pareto front is of two objectives or more; draw one alone with optimisation_history.")
    rows = trials
    for objective in directions:
        rows = finished(rows, objective)
    front = on_front(rows[list(directions)].to_numpy(float), [d == "maximize" for d in directions.values()])
    pairs = list(combinations(directions, 2))
    figure = blank(PANEL_IN, (PANEL_IN + 0.6) * len(pairs))
    for axes, (x, y) in zip(np.ravel(figure.subplots(1, len(pairs))), pairs, strict=True):
        _panel(axes, rows[~front], rows[front].sort_values([x, y]), x, y, line=len(directions) == 2)
    on_top(figure.axes[0], f"{int(front.sum())} of {len(rows)} complete trials on the front (numbered)")
    return figure


def on_front(values: Float[np.ndarray, "n k"], maximize: list[bool]) -> Bool[np.ndarray, "n"]:
    """Tell which trials no other one beats: as good in every objective and better in one."""
    gain = values * np.where(maximize, 1.0, -1.0)
    others, own = gain[None, :, :], gain[:, None, :]
    beaten = (others >= own).all(axis=2) & (others > own).any(axis=2)
    return np.logical_not(np.any(beaten, axis=1))


def _panel(axes: Axes, beaten: pd.DataFrame, front: pd.DataFrame, x: str, y: str, *, line: bool) -> None:
    axes.plot(beaten[x], beaten[y], "o", markersize=4.5, color=PALETTE[4], alpha=0.8, label="beaten")
    if line:
        axes.plot(front[x], front[y], color=PALE, linewidth=1, zorder=1)
    axes.plot(front[x], front[y], "o", markersize=6, color=BEST, markeredgecolor="white", label="on the front")
    for i, (trial, at_x, at_y) in enumerate(zip(front["trial"], front[x], front[y], strict=True)):
        above = i % 2 == 1
        place, va = ((5, 4), "bottom") if above else ((5, -4), "top")
        axes.annotate(str(trial), (at_x, at_y), place, textcoords="offset points", va=va)
    axes.set_xlabel(objective_label(x))
    axes.set_ylabel(objective_label(y))
    axes.margins(0.1)
