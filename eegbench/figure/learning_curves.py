"""Learning curves: losses and metrics of each pass over the training examples, and scores of a probe."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from eegbench.figure.style import GREY, PALETTE, blank, on_top, styled

TRAIN, VALID = PALETTE[0], PALETTE[5]
PROBE = {"probe_valid_balanced_accuracy": ("valid", PALETTE[2])}
"""The column of the probe's panel, with its name and colour."""

TRIALS = {
    "valid_trial_accuracy": ("accuracy", PALETTE[5]),
    "valid_trial_balanced_accuracy": ("balanced accuracy", PALETTE[3]),
}
"""The columns of the panel of whole trials, with their names and colours."""

MANY_PASSES = 25
"""Maximum number of passes for which each pass has a dot."""


@styled
def learning_curves(history: pd.DataFrame, *, best_pass: int | None = None, final_pass: int | None = None) -> Figure:
    """Draw a panel of the loss, one per metric of the task, and panels of trials and of the probe, if there are any.

    Parameters
    ----------
    history
        A row per pass: ``pass`` (0 is before training), ``train_loss``, ``valid_loss``, ``train_<metric>`` and
        ``valid_<metric>`` of each metric of the task, and where known ``valid_trial_accuracy``,
        ``valid_trial_balanced_accuracy`` and ``probe_valid_balanced_accuracy`` (0..1). NaN where there is no value:
        in ``train_loss`` at pass 0, or where the probe did not run.
    best_pass
        Pass with the best monitored value; None for no mark.
    final_pass
        Pass of the network's weights; None, or the best pass, for no second mark.
    """
    panels = {name: curves for name, curves in _panels(history).items() if name == "loss" or _known(history, curves)}
    figure = blank(3.1, {1: 4.2, 2: 6.4}.get(len(panels), 2.6 * len(panels)))
    for axes, (title, curves) in zip(np.ravel(figure.subplots(1, len(panels))), panels.items(), strict=True):
        for column in _known(history, curves):
            _curve(axes, history["pass"], history[column], *curves[column])
        _mark(axes, best_pass, final_pass)
        _finish(axes, title)
    return figure


def _panels(history: pd.DataFrame) -> dict[str, dict[str, tuple[str, str]]]:
    """Return the panels, each with its columns, their names and colours."""
    panels = {}
    for name in (one.removeprefix("train_") for one in map(str, history) if one.startswith("train_")):
        title = {"loss": "loss", "accuracy": "task accuracy"}.get(name, name.replace("_", " "))
        panels[title] = {f"train_{name}": ("train", TRAIN), f"valid_{name}": ("valid", VALID)}
    return panels | {"trials of valid": TRIALS, "probe's balanced accuracy": PROBE}


def _known(history: pd.DataFrame, columns: Iterable[str]) -> list[str]:
    return [column for column in columns if column in history and history[column].notna().any()]


def _curve(axes: Axes, passes: pd.Series, values: pd.Series, name: str, colour: str) -> None:
    known = values.notna()
    marker = "o" if known.sum() <= MANY_PASSES else ""
    axes.plot(passes[known], values[known], marker=marker, markersize=3, color=colour, label=name)


def _mark(axes: Axes, best_pass: int | None, final_pass: int | None) -> None:
    if best_pass is not None:
        axes.axvline(best_pass, color=GREY, linewidth=1, linestyle=(0, (4, 3)), label=f"best pass: {best_pass}")
    if final_pass not in (None, best_pass):
        axes.axvline(final_pass, color=GREY, linewidth=1, label=f"final weights: pass {final_pass}")


def _finish(axes: Axes, title: str) -> None:
    on_top(axes, title)
    axes.set_xlabel("pass over the training examples")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.margins(y=0.08)
    if axes.lines:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.26), ncols=2, columnspacing=1.2)
