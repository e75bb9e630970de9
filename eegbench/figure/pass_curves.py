"""How did each trial get where it got, and which were given up? What the study was told, pass by pass."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from eegbench.figure.style import GREY, PALE, PALETTE, blank, on_top, styled
from eegbench.figure.trials import BEST, numbers, objective_label

COLOURS = {"pruned": PALE, "failed": PALETTE[3], "running": PALETTE[2], "complete": PALETTE[4]}
"""The colour of each state, in the order in which the curves are drawn."""

COLUMNS = ("trial", "step", "value", "state")


@styled
def pass_curves(values: pd.DataFrame, *, metric: str, best: int | None) -> Figure:
    """Draw a curve a trial; pruned ones are grey and end in a cross, the best is thick.

    Parameters
    ----------
    values
        A row a trial and pass: ``trial``, ``step`` (the pass), ``value``, ``state`` (of the trial).
    metric
        What the values are.
    best
        The best trial's number; None where there is none.

    Raises
    ------
    ValueError
        Where a column is missing.
    """
    missing = [name for name in COLUMNS if name not in values]
    if missing:
        raise ValueError(f"Curves of trials have the columns {', '.join(COLUMNS)}; {missing} are missing.")
    figure = blank(2.9, 5.2)
    axes = figure.add_subplot()
    for state, colour in COLOURS.items():
        some = values[(values["state"] == state) & (values["trial"] != best)]
        _curves(axes, some, colour, state)
    chosen = values[values["trial"] == best]
    if len(chosen):
        _curve(axes, chosen, BEST, 2.4, f"best: trial {best}")
    _finish(axes, metric, values["trial"].nunique())
    return figure


def _curves(axes: Axes, some: pd.DataFrame, colour: str, state: str) -> None:
    label = f"{state} ({some['trial'].nunique()})"
    for _, rows in some.groupby("trial"):
        _curve(axes, rows, colour, 0.9, label)
        label = "_"  # one entry of the legend for all
        if state in ("pruned", "failed"):
            last = rows.sort_values("step").iloc[-1:]
            ink = GREY if state == "pruned" else colour
            axes.plot(last["step"], numbers(last["value"]), "x", color=ink, markersize=4)


def _curve(axes: Axes, rows: pd.DataFrame, colour: str, width: float, label: str) -> None:
    rows = rows.sort_values("step")
    marker = "o" if len(rows) == 1 else ""
    axes.plot(rows["step"], numbers(rows["value"]), marker=marker, color=colour, linewidth=width, label=label)


def _finish(axes: Axes, metric: str, n: int) -> None:
    on_top(axes, f"{n} trial{'' if n == 1 else 's'}")
    axes.set_xlabel("training pass")
    axes.set_ylabel(objective_label(metric))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.margins(x=0.03, y=0.08)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
