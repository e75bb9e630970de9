"""Scores against the number of labels in each class, and against the number of labelled subjects."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from eegbench.figure.style import GREY, INK, PALETTE, blank, styled

AXES = {"labels": "labels in each class", "subjects": "labelled subjects"}
"""Axes of a label curve, with their labels."""

COLOURS = (*PALETTE, INK, "#882255", "#117733", "#332288")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p", "h")
SPREAD = 0.012
"""Shift between the curves, as a share of the axis, so that error bars do not hide each other."""


@styled
def label_curve(
    points: pd.DataFrame, *, names: Mapping[str, str], measure: str, chance: float | None, lowest: float = 0.0
) -> Figure:
    """Draw a panel for each axis and a curve for each encoder or control, with intervals.

    Parameters
    ----------
    points
        ``probe, axis, size, value, low, high`` (`eegbench.score.label_curve.label_curve`); NaN in ``low`` and
        ``high`` for no interval.
    names
        Name of each curve in the legend, by ``probe``; curves are drawn in this order.
    measure
        Name of the score.
    chance
        Score of guesses, drawn as a dashed line; None for no line.
    lowest
        Lowest value of the score; the axis does not go below.
    """
    axes_names = [name for name in AXES if (points["axis"] == name).any()]
    figure = blank(3.4, 4.2 if len(axes_names) == 1 else 7.0)
    panels = np.ravel(figure.subplots(1, len(axes_names), sharey=True))
    for panel, axis in zip(panels, axes_names, strict=True):
        _panel(panel, points[points["axis"] == axis], names)
        panel.set_xlabel(AXES[axis])
        if chance is not None:
            panel.axhline(chance, color=GREY, linewidth=1, linestyle=(0, (4, 3)), label="chance")
    shown = points[["value", "low", "high"]].to_numpy(dtype=float)
    bottom, top = np.nanmin(shown), np.nanmax(shown)
    bottom = min(bottom, chance) if chance is not None else bottom
    margin = 0.05 * max(top - bottom, 0.05)
    panels[0].set_ylim(max(lowest, bottom - margin), min(1.0, top + margin))
    panels[0].set_ylabel(f"{measure} on test")
    handles, labels = panels[0].get_legend_handles_labels()
    if chance is not None:  # lines come before error bars; the line of chance is last in the legend
        handles, labels = [*handles[1:], handles[0]], [*labels[1:], labels[0]]
    figure.legend(handles, labels, loc="outside lower center", ncols=min(3, len(labels)))
    return figure


def _panel(axes: Axes, points: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Draw the curves of one axis, on a logarithmic scale."""
    axes.set_xscale("log")
    sizes = sorted(points["size"].unique())
    width = max(np.log(sizes[-1] / sizes[0]), 0.7)
    for number, (probe, name) in enumerate(names.items()):
        of_probe = points[points["probe"] == probe].sort_values("size")
        shift = np.exp(SPREAD * width * (number - (len(names) - 1) / 2))
        value = of_probe["value"].to_numpy(dtype=float)
        errors = np.nan_to_num([value - of_probe["low"], of_probe["high"] - value])
        axes.errorbar(
            of_probe["size"] * shift,
            value,
            yerr=errors,
            color=COLOURS[number % len(COLOURS)],
            marker=MARKERS[number % len(MARKERS)],
            markersize=4,
            elinewidth=0.8,
            capsize=2,
            label=name,
        )
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.xaxis.set_minor_locator(NullLocator())
