"""Label curves of a comparison: those of each group, of the controls, and of supervised training."""

import re
from collections.abc import Iterator, Sequence
from importlib import import_module

import pandas as pd

from eegbench.comparison.notes import metric_name
from eegbench.comparison.tables import Comparison
from eegbench.comparison.tested_run import Tested
from eegbench.probe.control import FITTED, RANDOM_WEIGHTS, control_name
from eegbench.score.interval import KIND
from eegbench.score.label_curve import METRICS, label_curve
from eegbench.score.render import plural
from eegbench.task import Task

SUPERVISED = "supervised, from random weights"
"""Name of the curve of a probe that trains the encoder, from random weights."""


def curve_points(comparison: Comparison) -> pd.DataFrame | None:
    """Return the points of all curves; None if the runs have none, or no curve of the compared metric.

    Folds of a replicate are joined. Draws of several seeds are different draws, also for controls.

    Returns
    -------
    DataFrame
        ``probe`` (name of the group or control), and the columns of `eegbench.score.label_curve.label_curve`.
    """
    if comparison.question.split != "test" or comparison.question.metric not in METRICS:
        return None
    found = list(_curves(comparison))
    return label_curve(pd.concat(found, ignore_index=True), comparison.question.metric) if found else None


def _curves(comparison: Comparison) -> Iterator[pd.DataFrame]:
    replicates = [(group.name, folds) for group in comparison.groups for folds in group.replicates]
    for number, (name, folds) in enumerate(replicates):
        if rows := _rows(folds, None, number):
            yield pd.concat(rows).assign(probe=name)
    for control in FITTED:
        for number, (_, folds) in enumerate(replicates):
            if rows := _rows(folds, control, number):
                yield pd.concat(rows).assign(probe=control)
    for number, (_, folds) in enumerate(replicates):
        if rows := _rows(folds, SUPERVISED, number):
            yield pd.concat(rows).assign(probe=SUPERVISED)


def _rows(folds: Sequence[Tested], control: str | None, number: int) -> list[pd.DataFrame]:
    """Return the rows of one curve of a replicate; its draws are numbered apart from those of other replicates."""
    found = []
    for run in folds:
        if run.curve is None:
            continue
        names = {None: run.probe, SUPERVISED: _supervised(run)}.get(
            control, control_name(str(control), run.control_probe, run.main)
        )
        rows = run.curve[run.curve["probe"] == names]
        if len(rows):
            found.append(rows.assign(draw=f"{number}/" + rows["draw"].astype(str)))
    return found


def _supervised(run: Tested) -> str | None:
    """Return the row of a further probe's curve from random weights: supervised training if the probe trains."""
    assert run.curve is not None
    own = control_name(RANDOM_WEIGHTS, run.control_probe, run.main)
    others = [str(name) for name in run.curve["probe"].unique() if str(name).endswith(f"_{RANDOM_WEIGHTS}")]
    return next((name for name in others if name != own), None)


def curve_note(comparison: Comparison, points: pd.DataFrame) -> str:
    """Return the caption of the figure of label curves, from the comparison and the points of all curves."""
    names = [group.name for group in comparison.groups]
    n_draws = int(points.loc[points["probe"].isin(names), "n_draws"].max())
    return (
        f"{metric_name(comparison.question.metric).capitalize()} on test against the number of labels, mean over "
        f"{plural(len(comparison.subjects), 'subject')} and up to {plural(n_draws, 'random draw')} of the labels, with "
        f"{KIND}s over subjects and draws.{_beside_budget(comparison)}"
    )


def _beside_budget(comparison: Comparison) -> str:
    """Return a note on groups whose encoders were trained with labels, which the number of labels does not count."""
    named = [group.name for group in comparison.groups if any(_used_labels(run) for run in group.runs)]
    if not named:
        return ""
    return (
        f" Encoders of {', '.join(named)} were trained with the labels of train, which the number of labels does not "
        "count."
    )


def _used_labels(run: Tested) -> bool:
    """Return whether the task of a run, if it is one of eegbench, uses labels."""
    module, _, name = run.run.parameters.get("task._target_", "").rpartition(".")
    found = getattr(import_module(module), name, None) if re.fullmatch(r"eegbench\.task\.\w+", module) else None
    return isinstance(found, type) and issubclass(found, Task) and found.uses_labels()
