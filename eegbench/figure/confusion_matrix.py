"""Confusion matrix with counts and their share of each class."""

from itertools import product

import matplotlib as mpl
import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eegbench.figure.style import GREY, IN_CELL, INK, RIGHT_ON_TOP, SHARES, blank, percent, smooth, styled

CELL_IN = 0.62
CHARACTER_IN = 0.075
"""Width of a character of a class name."""

USUAL_DIGITS = 5
"""Number of characters of a row's sum that fit without additional space."""

DARK = 0.68
"""Share above which cells are dark, so that their text is white."""


@styled
def confusion_matrix(
    matrix: Int[np.ndarray, "K K"],
    classes: tuple[str, ...],
    title: str,
    *,
    rows: str = "label",
    columns: str = "prediction",
    unit: str = "windows",
) -> Figure:
    """Draw counts and row shares in each cell; the colour is the row share.

    Parameters
    ----------
    matrix
        Counts by label (rows) and prediction (columns).
    classes
        Class names, two to twenty.
    title
        Title above the matrix.
    rows, columns
        Labels of the two axes.
    unit
        Name of the counted units.
    """
    side = max(2.2, CELL_IN * len(classes))
    digits = len(f"{matrix.sum(axis=1).max():,}")
    figure = blank(side + 0.9, side + 2.1 + CHARACTER_IN * max(0, digits - USUAL_DIGITS))
    axes = figure.add_subplot()
    shares = row_shares(matrix)
    edges = np.arange(len(classes) + 1) - 0.5
    axes.pcolormesh(edges, edges, np.nan_to_num(shares), cmap=SHARES, vmin=0, vmax=1)
    axes.set_aspect("equal")
    for row, column in product(range(len(classes)), repeat=2):
        _write_cell(axes, row, column, int(matrix[row, column]), float(shares[row, column]))
    _label(axes, classes, [f"n = {n:,}" if n else f"no {unit}" for n in matrix.sum(axis=1)], side / len(classes))
    axes.set_xlabel(columns)
    axes.set_ylabel(rows)
    axes.set_title(title, y=RIGHT_ON_TOP)
    _colour_bar(figure, axes)
    return figure


def row_shares(matrix: Int[np.ndarray, "K K"]) -> Float[np.ndarray, "K K"]:
    """Return the shares of the counts of each row; NaN in an empty row."""
    support = matrix.sum(axis=1, keepdims=True)
    shares = np.full(matrix.shape, np.nan)
    np.divide(matrix, support, out=shares, where=support > 0)
    return shares


def _write_cell(axes: Axes, row: int, column: int, count: int, share: float) -> None:
    if np.isnan(share):
        axes.text(column, row, "–", color=GREY, **IN_CELL)
        return
    colour = "white" if share > DARK else INK
    axes.text(column, row, f"{count:,}\n{percent(share)}", color=colour, linespacing=1.25, **IN_CELL)


def _label(axes: Axes, classes: tuple[str, ...], counted: list[str], cell_in: float) -> None:
    rows = [f"{name}\n{n}" for name, n in zip(classes, counted, strict=True)]
    long = max(map(len, classes)) * CHARACTER_IN > cell_in
    axes.set_xticks(range(len(classes)), classes, rotation=45 if long else 0, ha="right" if long else "center")
    axes.set_yticks(range(len(classes)), rows)
    axes.tick_params(length=0, bottom=False, left=False)
    axes.spines[:].set_visible(False)
    edges = np.arange(len(classes) + 1) - 0.5
    axes.hlines(edges, edges[0], edges[-1], color="white", linewidth=1.5)
    axes.vlines(edges, edges[0], edges[-1], color="white", linewidth=1.5)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(edges[-1], edges[0])


def _colour_bar(figure: Figure, axes: Axes) -> None:
    colours = mpl.cm.ScalarMappable(mpl.colors.Normalize(0, 1), SHARES)
    bar = figure.colorbar(colours, ax=axes, shrink=0.7, aspect=25, ticks=[0, 0.5, 1])
    bar.ax.set_yticklabels([percent(share) for share in bar.get_ticks()])
    bar.set_label("share of the row")
    smooth(bar)
