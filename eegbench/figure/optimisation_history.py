"""Did the search find better and better settings? Each trial's value, and the best so far."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from eegbench.figure.style import GREY, PALETTE, blank, on_top, styled
from eegbench.figure.trials import BEST, Directions, best_trial, check_trials, finished, objective_label

HEIGHT_IN, WIDTH_IN = 2.7, 3.9
LOST = {"pruned": GREY, "failed": PALETTE[3], "running": PALETTE[4]}
"""What a trial without a value is marked with, at the foot of the panel."""


@styled
def optimisation_history(trials: pd.DataFrame, *, directions: Directions) -> Figure:
    """Draw a panel an objective: complete trials as dots, pruned ones hollow, and a line of the best so far.

    Trials that have no value (failed, still running, or pruned before the first one) are strokes at the foot.

    Parameters
    ----------
    trials
        A row a trial, as `eegbench.figure.trials` says.
    directions
        Whether each objective is to ``maximize`` or to ``minimize``.

    Raises
    ------
    ValueError
        Where the table is not one of trials.
    """
    check_trials(trials, directions)
    figure = blank(HEIGHT_IN, max(5.2, WIDTH_IN * len(directions)))
    for axes, (objective, direction) in zip(
        np.ravel(figure.subplots(1, len(directions))), directions.items(), strict=True
    ):
        _panel(axes, trials, objective, direction)
    named = [zip(*axes.get_legend_handles_labels(), strict=True) for axes in figure.axes]
    marks = {label: mark for pairs in named for mark, label in pairs}
    if marks:
        figure.legend(marks.values(), marks.keys(), loc="outside lower center", ncols=len(marks))
    return figure


def _panel(axes: Axes, trials: pd.DataFrame, objective: str, direction: str) -> None:
    complete, pruned = finished(trials, objective), finished(trials, objective, "pruned")
    _best_so_far(axes, complete, objective, direction, int(trials["trial"].max()) if len(trials) else 0)
    _dots(axes, pruned, objective, "pruned", GREY, "white")
    _dots(axes, complete, objective, "complete", PALETTE[0], PALETTE[0])
    best = best_trial(trials, objective, direction)
    if best is not None:
        value = complete.loc[complete["trial"] == best, objective].iloc[0]
        axes.plot(best, value, "*", color=BEST, markersize=11, markeredgecolor="white", label="best")
        on_top(axes, f"best: {value:.3g}, trial {best}")
    else:
        on_top(axes, "no complete trial")
    _strokes(axes, trials[~trials["trial"].isin([*complete["trial"], *pruned["trial"]])])
    axes.set_xlabel("trial")
    axes.set_ylabel(objective_label(objective))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlim(-0.7, max([0, *trials["trial"]]) + 0.7)
    axes.margins(y=0.1)


def _best_so_far(axes: Axes, complete: pd.DataFrame, objective: str, direction: str, last: int) -> None:
    if complete.empty:
        return
    values = complete[objective]
    best = values.cummax() if direction == "maximize" else values.cummin()
    x, y = [*complete["trial"], last], [*best, best.iloc[-1]]
    axes.step(x, y, where="post", color=BEST, linewidth=1.2, label="best so far")


def _dots(axes: Axes, rows: pd.DataFrame, objective: str, label: str, colour: str, face: str) -> None:
    if len(rows):
        axes.plot(rows["trial"], rows[objective], "o", markersize=4.5, color=colour, markerfacecolor=face, label=label)


def _strokes(axes: Axes, rows: pd.DataFrame) -> None:
    for state, colour in LOST.items():
        some = rows.loc[rows["state"] == state, "trial"]
        if len(some):
            foot = axes.get_xaxis_transform()
            label = state if state != "pruned" else "pruned before a value"
            axes.plot(some, [0.0] * len(some), "|", color=colour, markersize=12, markeredgewidth=2, transform=foot,
                      clip_on=False, label=label)  # fmt: skip
