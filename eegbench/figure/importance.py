"""Which options mattered? The share of the objective's variation that each explains."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from eegbench.figure.style import GREY, PALETTE, blank, on_top, percent, styled
from eegbench.figure.trials import objective_label, wrapped

ROW_IN = 0.3


@styled
def importance(shares: Mapping[str, float], *, objective: str) -> Figure:
    """Draw a bar an option, the most important at the top.

    Parameters
    ----------
    shares
        From an option to its importance, 0..1; empty where there were too few trials to tell.
    objective
        What the options are important for.
    """
    ranked = sorted(shares.items(), key=lambda pair: -pair[1])
    figure = blank(ROW_IN * max(len(ranked), 2) + 0.8, 5.0)
    axes = figure.add_subplot()
    axes.barh(range(len(ranked)), [share for _, share in ranked], height=0.62, color=PALETTE[0])
    for row, (_, share) in enumerate(ranked):
        axes.text(share + 0.01, row, percent(share), va="center")
    if not ranked:
        axes.text(0.5, 0.5, "too few complete trials to tell", ha="center", color=GREY, transform=axes.transAxes)
    axes.set_yticks(range(len(ranked)), [wrapped(name, 30) for name, _ in ranked])
    axes.set_ylim(max(len(ranked), 1) - 0.4, -0.6)
    axes.set_xlim(0, 1.12 * max([0.01, *(share for _, share in ranked)]))
    axes.tick_params(axis="y", length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_xticks([])
    on_top(axes, f"importance for {objective_label(objective)}")
    return figure
