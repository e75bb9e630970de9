"""Agreement of models with the experts, next to the agreement between experts."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eegbench.figure.style import GREY, INK, PALETTE, blank, styled

ROW_IN = 0.27
BAND = "#EDEDED"


@styled
def human_ceiling(table: pd.DataFrame, metrics: Mapping[str, str], title: str) -> Figure:
    """Draw a panel per metric and a row per rater: the mean over nights with its interval.

    The band spans the scorers' means: a model inside it agrees with the experts as well as one of them does.

    Parameters
    ----------
    table
        ``rater``, ``kind`` (``scorer`` or ``model``), and for each metric its mean, ``<metric>_ci_low`` and
        ``<metric>_ci_high``, in percent. An interval without finite ends is not drawn.
    metrics
        Labels of the panels, by column of the table.
    title
        Title above the figure.
    """
    rows = pd.concat([table[table["kind"] == kind] for kind in ("model", "scorer")])
    figure = blank(ROW_IN * len(rows) + 1.1)
    panels = figure.subplots(1, len(metrics), sharey=True, squeeze=False)[0]
    for axes, (metric, label) in zip(panels, metrics.items(), strict=True):
        _panel(axes, rows, metric)
        axes.set_xlabel(label)
    panels[0].set_yticks(range(len(rows)), rows["rater"].str.replace("_", " "))
    panels[0].set_ylim(len(rows) - 0.4, -0.6)
    figure.suptitle(title)
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, metric: str) -> None:
    scorers = rows.loc[rows["kind"] == "scorer", metric]
    axes.axvspan(scorers.min(), scorers.max(), color=BAND, linewidth=0, zorder=0)
    row: Any  # pandas-stubs do not know the type of a cell
    for height, row in enumerate(rows.to_dict("records")):
        colour = PALETTE[0] if row["kind"] == "model" else GREY
        low, high = row[f"{metric}_ci_low"], row[f"{metric}_ci_high"]
        if np.isfinite(low):
            axes.hlines(height, low, high, color=colour, linewidth=1.8)
        axes.plot(row[metric], height, "o", color=colour, markersize=5)
        axes.annotate(
            f"{row[metric]:.1f}",
            (row[metric], height),
            (0, 4),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=INK,
            fontsize="x-small",
        )
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
