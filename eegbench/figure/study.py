"""Optuna's plots of a study, in our style.

Conventions
-----------
``study`` has enough trials for the plot (`study_figures` checks that); ``objectives`` are the names of its objectives,
in the order of its directions. A plot shows what Optuna's own function shows: complete trials, and for the curves also
pruned and running ones. Optuna draws with pyplot; none of its figures stays open, and neither the settings nor the
backend of matplotlib change.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from math import ceil, isfinite
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from eegbench.figure.optuna_style import (
    COLOURS,
    NARROW,
    broken,
    colour_curves,
    finished,
    legend_on_top,
    restyle,
    restyle_bar,
    restyle_cube,
    restyle_parallel,
    restyle_slice,
)
from eegbench.figure.style import INK, PALETTE, WIDTH_IN, styled

if TYPE_CHECKING:
    from optuna import Study
    from optuna.importance import BaseImportanceEvaluator
    from optuna.trial import FrozenTrial

Plot = Callable[[], Figure]

DOT, BEST = PALETTE[0], PALETTE[5]

MAX_COLUMNS = 4
PANEL_IN = 2.1
"""Height of a row of panels."""

AXIS_IN = 0.95
"""Distance between parallel axes."""

BAR = 0.62
"""Height of a bar, where the next one is at a distance of 1."""


def study_figures(
    study: "Study", *, objectives: Sequence[str], evaluator: "BaseImportanceEvaluator | None"
) -> dict[str, Plot]:
    """Return the plots for which a study has enough trials: from each file's stem to the function that plots it.

    A plot of objectives needs two complete trials with finite values. Slices and parallel coordinates also need a
    parameter with two values, and a Pareto front needs two or three objectives.

    Parameters
    ----------
    study
        Trials in any state.
    objectives
        Names of the objectives; all but ``optimisation_history`` and ``pareto_front`` are about the first.
    evaluator
        Computes or returns the importance of the parameters; None leaves that plot out.
    """
    given: dict[str, Any] = {"objectives": objectives}
    found: dict[str, Plot] = {}
    if len(_complete(study)) > 1:
        for i, name in enumerate(objectives):
            stem = "optimisation_history" if i == 0 else f"optimisation_history_{name.replace('/', '_')}"
            found[stem] = partial(optimisation_history, study, **given, index=i)
        if _varied_in_all(study):
            found["parallel_coordinates"] = partial(parallel_coordinates, study, **given)
        if _varied(study):
            found["slice"] = partial(slice_plot, study, **given)
        if evaluator is not None:
            found["importance"] = partial(importance, study, **given, evaluator=evaluator)
        if len(objectives) in (2, 3):
            found["pareto_front"] = partial(pareto_front, study, **given)
    if _has_curves(study):
        found["pass_curves"] = partial(pass_curves, study, **given)
    return found


@styled
def optimisation_history(study: "Study", *, objectives: Sequence[str], index: int = 0) -> Figure:
    """Draw the value of each trial in the order of the trials and, of a single objective, the best value so far.

    Parameters
    ----------
    index
        Index of the objective.
    """
    from optuna.visualization.matplotlib import plot_optimization_history

    with _optuna():
        axes: Any = plot_optimization_history(study, **_target(objectives, index))
    restyle(axes, "Optimisation history")
    axes.collections[0].set(color=DOT, sizes=[20])
    for line in axes.lines:
        line.set(color=BEST, alpha=1.0, linewidth=1.2, drawstyle="steps-post", zorder=1)
    axes.set(xlabel="trial", ylabel=objectives[index])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.get_legend().remove()
    if axes.lines:
        legend_on_top(axes, {"complete trial": axes.collections[0], "best so far": axes.lines[0]})
    return finished(axes, 2.7)


@styled
def parallel_coordinates(study: "Study", *, objectives: Sequence[str]) -> Figure:
    """Draw a line for each complete trial, through its objectives and the parameters that every trial has.

    The colour is the objective (the better, the darker) or, with several objectives, the Pareto rank (0 is the front).
    """
    from optuna.visualization.matplotlib import plot_parallel_coordinate

    names = _varied_in_all(study)
    target = _target(objectives) if len(objectives) == 1 else {}
    with _optuna():
        axes: Any = plot_parallel_coordinate(study, params=names, **target)
    figure, (lines,) = axes.figure, axes.collections
    lines.set_cmap(COLOURS.reversed() if lines.get_cmap().name.endswith("_r") else COLOURS)
    lines.set(linewidth=1.2, clip_on=False)
    _, bar, *parallel = figure.axes
    restyle(axes, "Parallel coordinates")
    axes.spines["bottom"].set_visible(False)
    for one in parallel:
        restyle_parallel(one)
    labels = [broken(name, NARROW) for name in (*objectives, *names)]
    axes.set_xticks(range(len(labels)), labels, rotation=0)
    axes.tick_params(axis="x", length=0, pad=8)
    restyle_bar(bar, objectives[0] if len(objectives) == 1 else "Pareto rank")
    return finished(axes, 3.0, max(WIDTH_IN, AXIS_IN * len(labels) + 1.3))


@styled
def slice_plot(study: "Study", *, objectives: Sequence[str]) -> Figure:
    """Draw the first objective against each parameter, a panel per parameter; colours are trial numbers."""
    from optuna.visualization.matplotlib import plot_slice

    with _optuna():
        drawn: Any = plot_slice(study, params=_varied(study), **_target(objectives))
    panels = np.ravel(drawn)
    figure, bar = panels[0].figure, panels[0].figure.axes[-1]
    n_rows = ceil(len(panels) / MAX_COLUMNS)
    grid = figure.add_gridspec(n_rows, ceil(len(panels) / n_rows))
    for axes, place in zip(panels, grid, strict=False):
        axes.set_subplotspec(place)
        restyle_slice(axes)
        axes.tick_params(labelleft=place.is_first_col())
    figure.suptitle("")
    figure.supylabel(objectives[0], fontsize=mpl.rcParams["axes.labelsize"])
    restyle_bar(bar, "trial")
    bar.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    return finished(panels[0], PANEL_IN * n_rows)


@styled
def importance(study: "Study", *, objectives: Sequence[str], evaluator: "BaseImportanceEvaluator") -> Figure:
    """Draw a bar for each parameter: its share in the variance of the first objective.

    Parameters
    ----------
    evaluator
        Computes the importance of each parameter, or returns it where it was computed before.
    """
    from optuna.visualization.matplotlib import plot_param_importances

    with _optuna():
        axes: Any = plot_param_importances(study, evaluator, **_target(objectives))
    restyle(axes, f"Importance for {objectives[0]}")
    for bar, text in zip(axes.patches, axes.texts, strict=True):
        bar.set(color=DOT, height=BAR, y=bar.get_y() + (bar.get_height() - BAR) / 2)
        text.set(text=f" {text.get_text()}", color=INK, fontsize=mpl.rcParams["font.size"])
    axes.get_legend().remove()
    axes.set(xlabel="", ylabel="", xticks=[], xlim=(0, 1.12 * max(bar.get_width() for bar in axes.patches)))
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return finished(axes, 0.28 * len(axes.patches) + 0.5)


@styled
def pareto_front(study: "Study", *, objectives: Sequence[str]) -> Figure:
    """Draw complete trials by their objectives; no other trial is better in all of them than one on the front."""
    from optuna.visualization.matplotlib import plot_pareto_front

    with _optuna():
        axes: Any = plot_pareto_front(study, target_names=list(objectives))
    restyle(axes, "Pareto front")
    if len(objectives) == 3:
        restyle_cube(axes)
    drawn = {"dominated": DOT, "on the front": BEST} if len(axes.collections) > 1 else {"on the front": BEST}
    for dots, colour in zip(axes.collections, drawn.values(), strict=True):
        dots.set(color=colour, sizes=[24])
    legend_on_top(axes, dict(zip(drawn, axes.collections, strict=True)))
    return finished(axes, 3.2 if len(objectives) == 2 else 4.0, 5.0)


@styled
def pass_curves(study: "Study", *, objectives: Sequence[str]) -> Figure:
    """Draw the values that each trial reported during training, by pass."""
    from optuna.visualization.matplotlib import plot_intermediate_values

    with _optuna():
        axes: Any = plot_intermediate_values(study)
    restyle(axes, "Score after each pass")
    axes.set(xlabel="training pass", ylabel=objectives[0])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    figure = finished(axes, 2.9)
    colour_curves(axes)
    return figure


@contextmanager
def _optuna() -> Iterator[None]:
    """Let Optuna draw with pyplot: no window opens, and settings, backend and open figures stay as they were."""
    from matplotlib import pyplot
    from optuna.exceptions import ExperimentalWarning

    backend, opened = pyplot.get_backend(), pyplot.get_fignums()
    pyplot.switch_backend("agg")  # Optuna measures text, which needs a raster canvas
    try:
        with mpl.rc_context({"figure.constrained_layout.use": True}), warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            yield
    finally:
        for number in set(pyplot.get_fignums()) - set(opened):
            pyplot.close(number)
        with suppress(ImportError):  # a backend that cannot be loaded here was not used
            pyplot.switch_backend(backend)


def _complete(study: "Study") -> "list[FrozenTrial]":
    """Return the complete trials whose objectives are all finite."""
    from optuna.trial import TrialState

    trials = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return [trial for trial in trials if all(isfinite(value) for value in trial.values)]


def _varied(study: "Study") -> list[str]:
    """Return the parameters that have two values or more among the complete trials, in the order of the alphabet."""
    found: dict[str, set[Any]] = {}
    for trial in _complete(study):
        for name, value in trial.params.items():
            found.setdefault(name, set()).add(value)
    return sorted(name for name, values in found.items() if len(values) > 1)


def _varied_in_all(study: "Study") -> list[str]:
    """Return those of these parameters that every complete trial has."""
    trials = _complete(study)
    return [name for name in _varied(study) if all(name in trial.params for trial in trials)]


def _has_curves(study: "Study") -> bool:
    from optuna.trial import TrialState

    drawn = (TrialState.PRUNED, TrialState.COMPLETE, TrialState.RUNNING)
    return any(trial.intermediate_values for trial in study.get_trials(deepcopy=False, states=drawn))


def _target(objectives: Sequence[str], index: int = 0) -> dict[str, Any]:
    """Return arguments that select an objective; Optuna needs a function only if there are several."""
    named: dict[str, Any] = {"target_name": objectives[index]}
    return named if len(objectives) == 1 else {**named, "target": lambda trial: trial.values[index]}
