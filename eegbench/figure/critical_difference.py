"""Critical-difference diagram: mean ranks on a line, with bars over groups that tests do not separate."""

from math import ceil
from textwrap import fill

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eegbench.figure.style import GREY, INK, PALETTE, blank, styled

ROW_IN = 0.24
LINE_IN = 0.12
"""Height of a row of one line, and of each further line of its name."""

NAME_CHARACTERS = 24
BAR_ROWS = 0.62
"""Distance of the bars, in rows of names."""

FIRST_BAR = 0.75
MARGIN = 0.05
"""Length of the stems beyond the line, as a share of its length."""

REACH = 0.035
"""Length of a bar beyond its outer groups, as a share of the line's length."""


@styled
def critical_difference(
    names: tuple[str, ...],
    ranks: Float[np.ndarray, "n_groups"],
    bars: tuple[tuple[int, int], ...],
    *,
    label: str,
) -> Figure:
    """Draw the diagram of Demšar 2006 (JMLR 7, 1-30).

    Parameters
    ----------
    names, ranks
        The groups and their mean ranks, best (lowest) first; the names of the better half are at the left.
    bars
        First and last position of groups that do not differ significantly.
    label
        Label of the line.

    Raises
    ------
    ValueError
        If there are fewer than two groups, or they are not in the order of their ranks.
    """
    if len(names) < 2 or (np.diff(ranks) < 0).any():
        raise ValueError(f"{len(names)} groups to rank; two or more are needed, best first.")
    left = ceil(len(names) / 2)
    top = FIRST_BAR + BAR_ROWS * len(bars) + 0.35
    names = tuple(fill(name, NAME_CHARACTERS) for name in names)
    row_in = ROW_IN + LINE_IN * max(name.count("\n") for name in names)
    figure = blank(ROW_IN * top + row_in * left + 0.75)
    axes = figure.add_subplot()
    _line(axes, len(names), label)
    for i, (name, rank) in enumerate(zip(names, ranks, strict=True)):
        row = i if i < left else len(names) - 1 - i
        _name(axes, name, float(rank), -(top + row * row_in / ROW_IN), at_left=i < left, n=len(names))
    for i, (first, last) in enumerate(bars):
        reach = REACH * (len(names) - 1)
        y = -(FIRST_BAR + BAR_ROWS * i)
        axes.hlines(y, ranks[first] - reach, ranks[last] + reach, color=INK, linewidth=3.2, capstyle="butt")
    axes.set_ylim(-(top + (left - 0.5) * row_in / ROW_IN), 1.1)
    return figure


def _line(axes: Axes, n: int, label: str) -> None:
    axes.hlines(0, 1, n, color=INK, linewidth=1)
    for rank in range(1, n + 1):
        axes.vlines(rank, 0, 0.28, color=INK, linewidth=1)
        axes.text(rank, 0.4, str(rank), ha="center", va="bottom")
    axes.set_title(label, fontsize="medium")
    axes.set_axis_off()
    margin = MARGIN * (n - 1)
    axes.set_xlim(1 - margin, n + margin)


def _name(axes: Axes, name: str, rank: float, y: float, *, at_left: bool, n: int) -> None:
    """Draw a stem down from the line and to the side, with the name at its end."""
    margin = MARGIN * (n - 1)
    edge = 1 - margin if at_left else n + margin
    axes.plot([rank, rank, edge], [0, y, y], color=GREY, linewidth=0.9, solid_joinstyle="miter")
    axes.plot(rank, 0, "o", color=PALETTE[0], markersize=4.5, clip_on=False, zorder=3)
    side, away = ("right", -1) if at_left else ("left", 1)
    for text, distance, colour in ((f"{rank:.2f}", 5, GREY), (name, 30, INK)):
        axes.annotate(
            text,
            (edge, y),
            xytext=(away * distance, 0),
            textcoords="offset points",
            ha=side,
            va="center",
            multialignment=side,
            color=colour,
            annotation_clip=False,
        )
