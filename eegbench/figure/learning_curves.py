"""Did training work, and when was it best? Losses pass by pass, and beside them what a probe made of them."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from eegbench.figure.style import GREY, PALETTE, blank, on_top, styled

TRAIN, VALID = PALETTE[0], PALETTE[5]
PANELS = {
    "loss": {"train_loss": ("train", TRAIN), "valid_loss": ("valid", VALID)},
    "task accuracy": {
        "train_accuracy": ("train", TRAIN),
        "valid_accuracy": ("valid", VALID),
    },
    "probe's balanced accuracy": {"probe_valid_balanced_accuracy": ("valid", PALETTE[2])},
}
"""The panels, and of each the columns with their names and colours."""

MANY_PASSES = 25
"""Up to here each pass has a dot."""


@styled
def learning_curves(history: pd.DataFrame, *, best_pass: int | None = None) -> Figure:
    """Draw a panel of the loss, and one each of accuracy and the probe where the history has them.

    Parameters
    ----------
    history
        A row a pass: ``pass`` (0 is before training), ``train_loss``, ``valid_loss``, and where known
        ``train_accuracy``, ``valid_accuracy`` and ``probe_valid_balanced_accuracy`` (0..1). NaN where there is
        no value: in ``train_loss`` at pass 0, or where the probe did not run.
    best_pass
        The pass whose weights were kept; None marks none.
    """
    panels = {name: curves for name, curves in PANELS.items() if name == "loss" or _known(history, list(curves))}
    figure = blank(2.7, {1: 4.2, 2: 6.4, 3: 7.8}[len(panels)])
    for axes, (title, curves) in zip(np.ravel(figure.subplots(1, len(panels))), panels.items(), strict=True):
        for column in _known(history, list(curves)):
            _curve(axes, history["pass"], history[column], *curves[column])
        _finish(axes, title, best_pass)
    return figure


def _known(history: pd.DataFrame, columns: list[str]) -> list[str]:
    return [column for column in columns if column in history and history[column].notna().any()]


def _curve(axes: Axes, passes: pd.Series, values: pd.Series, name: str, colour: str) -> None:
    known = values.notna()
    marker = "o" if known.sum() <= MANY_PASSES else ""
    axes.plot(passes[known], values[known], marker=marker, markersize=3, color=colour, label=name)


def _finish(axes: Axes, title: str, best_pass: int | None) -> None:
    if best_pass is not None:
        axes.axvline(best_pass, color=GREY, linewidth=1, linestyle=(0, (4, 3)), label=f"best pass: {best_pass}")
    on_top(axes, title)
    axes.set_xlabel("training pass")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.margins(y=0.08)
    if axes.lines:
        axes.legend(frameon=True, facecolor="white", framealpha=1, edgecolor="none")  # it may lie over the dashed line
