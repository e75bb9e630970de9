"""Scores of probes and controls: one metric with its interval per probe, and the line of chance."""

from collections.abc import Collection, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eegbench.figure.style import GREY, INK, PALETTE, RIGHT_ON_TOP, blank, styled
from eegbench.types import Score

NAMES = {
    "balanced_accuracy": "balanced accuracy",
    "cohen_kappa": "Cohen's κ",
    "macro_f1": "macro-F1",
}
ROW_IN = 0.3


@styled
def score_bars(
    scores: Sequence[Score], *, metric: str, controls: Collection[str] = (), chance: float | None = None
) -> Figure:
    """Draw a dot with a whisker per probe, in the order of the scores from the top.

    Parameters
    ----------
    scores
        Scores of one split and one aggregation; those of other metrics are left out.
    metric
        Metric to draw, such as ``balanced_accuracy``.
    controls
        Names of the probes that are controls; they are drawn hollow and grey.
    chance
        Position of the dashed line; None for no line.

    Raises
    ------
    ValueError
        If there are no scores of that metric, or they are of several splits or aggregations.
    """
    drawn = [one for one in scores if one.metric == metric]
    _check(drawn, metric)
    figure = blank(ROW_IN * len(drawn) + 1.1, 5.0)
    axes = figure.add_subplot()
    if chance is not None:
        axes.axvline(chance, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
        axes.text(chance, -0.5, f"chance, {chance:.2f}", ha="center", va="bottom", color=GREY)
    for height, one in enumerate(drawn):
        _dot(axes, height, one, one.probe in controls)
    _finish(axes, drawn)
    return figure


def _check(drawn: Sequence[Score], metric: str) -> None:
    kinds = sorted({(one.split, one.aggregation) for one in drawn})
    if not kinds:
        raise ValueError(f"None of the scores is of the metric {metric!r}; ask for one that was computed.")
    if len(kinds) > 1:
        raise ValueError(
            f"The scores to draw are of {len(kinds)} kinds ({', '.join(f'{a}, {b}' for a, b in kinds)}); pass those "
            "of one split and one aggregation."
        )


def _dot(axes: Axes, height: int, one: Score, control: bool) -> None:
    colour = GREY if control else PALETTE[0]
    axes.hlines(height, one.ci_low, one.ci_high, color=colour, linewidth=1.8, clip_on=False)
    face = "white" if control else colour
    axes.plot(one.value, height, "o", color=colour, markerfacecolor=face, markersize=6, clip_on=False)
    axes.text(1.02, height, _text(one), transform=axes.get_yaxis_transform(), va="center", color=INK)


def _text(one: Score) -> str:
    if not np.isfinite(one.value):
        return "undefined"
    interval = f" [{one.ci_low:.2f}, {one.ci_high:.2f}]" if np.isfinite(one.ci_low) else ""
    return f"{one.value:.2f}{interval}"


def _finish(axes: Axes, drawn: Sequence[Score]) -> None:
    first = drawn[0]
    axes.set_yticks(range(len(drawn)), [one.probe.replace("_", " ") for one in drawn])
    axes.set_ylim(len(drawn) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0, left=False)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color="#EBEBEB", linewidth=0.8)
    axes.set_axisbelow(True)
    lows = [x - 0.02 for one in drawn for x in (one.value, one.ci_low) if x < 0]  # κ may be below 0
    axes.set_xlim(min([0.0, *lows]), 1)
    axes.set_xlabel(NAMES.get(first.metric, first.metric))
    n = f"{first.n:,} windows" if first.aggregation == "pooled" else f"{first.n:,} recordings"
    how = "pooled over" if first.aggregation == "pooled" else "mean over"
    axes.set_title(f"{first.split}, {how} {n}", loc="left", y=RIGHT_ON_TOP, pad=16)
