"""Classification report: precision, recall and F1 of each class, with the number of windows or examples."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eegbench.figure.style import GREY, IN_CELL, INK, RIGHT_ON_TOP, SHARES, blank, styled

METRICS = ("precision", "recall", "f1")
DARK = 0.68
ROW_IN = 0.36
TITLE_PAD_PT = 17.5
"""Height of the title above the cells, with room for the names of the columns."""

GAP = 0.35
"""Space between the classes and the averages, in rows."""


@styled
def classification_report(report: pd.DataFrame, title: str, *, unit: str = "windows") -> Figure:
    """Draw the report as a table whose cells are coloured, the averages below the classes.

    Parameters
    ----------
    report
        Table from ``score.report_frame``: ``class, precision, recall, f1, support``, averages (rows whose name
        ends in "average") last.
    title
        Title above the table.
    unit
        Name of the counted units, above the last column.
    """
    figure = blank(ROW_IN * len(report) + 1.0, 4.6)
    axes = figure.add_subplot()
    average = report["class"].str.endswith("average").to_numpy()
    heights = np.arange(len(report)) + GAP * average
    for height, row in zip(heights, report.itertuples(), strict=True):
        for column, metric in enumerate(METRICS):
            _cell(axes, column, float(height), float(getattr(row, metric)))
        axes.text(len(METRICS), height, f"{row.support:,}", **IN_CELL)
    _label(axes, [_row_name(report, name) for name in report["class"]], heights, unit)
    axes.set_title(title, y=RIGHT_ON_TOP, pad=TITLE_PAD_PT)
    return figure


def _row_name(report: pd.DataFrame, name: str) -> str:
    """Return a row's name; that of the macro average includes the number of classes of its F1."""
    if not name.startswith("macro"):
        return name
    values = report.loc[~report["class"].str.endswith("average"), "f1"]
    n, every = int(values.notna().sum()), len(values)
    return f"{name}, {n} of {every} classes" if n < every else f"{name}, {n} classes"


def _cell(axes: Axes, column: int, height: float, value: float) -> None:
    defined = np.isfinite(value)
    face = mpl.colormaps[SHARES](value) if defined else "white"
    axes.add_patch(
        mpl.patches.Rectangle((column - 0.5, height - 0.5), 1, 1, facecolor=face, edgecolor="white", linewidth=1.5)
    )
    colour = GREY if not defined else "white" if value > DARK else INK
    axes.text(column, height, f"{value:.2f}" if defined else "–", color=colour, **IN_CELL)


def _label(axes: Axes, rows: list[str], heights: np.ndarray, unit: str) -> None:
    axes.set_xticks(range(len(METRICS) + 1), ["precision", "recall", "F1", unit])
    axes.set_yticks(heights, rows)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, top=False, left=False)
    axes.spines[:].set_visible(False)
    axes.set_xlim(-0.5, len(METRICS) + 0.5)
    axes.set_ylim(heights[-1] + 0.5, -0.5)
