"""Pretext scores of runs against the scores of their probes, both on valid."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

from eegbench.comparison.tables import Comparison
from eegbench.config import read_json
from eegbench.score.correlation import MIN_RUNS, Correlation, spearman
from eegbench.score.sheet import with_interval

POINTS, CORRELATIONS = "pretext_scores", "pretext_correlations"
"""Names of the tables of the runs and of the correlations; the figure is called like the first."""

LOSS = "loss"
"""Pretext score of a task without a metric; lower is better."""

BEST_LOSS = "run/best_valid_loss"
"""Its name among the metrics of a run."""

COLUMNS = ("task", "run", "pretext_metric", "pretext", "probe", "metric", "downstream")


@dataclass(frozen=True)
class PretextScore:
    """Scores of a run on valid.

    Attributes
    ----------
    task
        Name of the pretext task.
    run
        Name of the run.
    pretext_metric, pretext
        First metric of the task, or its loss in the best pass, and the value on valid.
    probe, metric, downstream
        Probe, its metric, and the value on valid, pooled over windows.
    """

    task: str
    run: str
    pretext_metric: str
    pretext: float
    probe: str
    metric: str
    downstream: float


def pretext_score(metrics: Mapping[str, Any], *, task: str, run: str, probe: str, metric: str) -> PretextScore | None:
    """Return the two scores of a run; None if its task uses labels, or one of the scores is missing.

    Parameters
    ----------
    metrics
        Metrics of ``summary.json``.
    task, run, probe, metric
        See `PretextScore`.
    """
    if any(name.startswith("valid/training/") for name in metrics):
        return None
    pretext = {name.rpartition("/")[2]: value for name, value in metrics.items() if name.startswith("valid/pretext/")}
    pretext = {name: value for name, value in pretext.items() if _is_number(value)}
    if not pretext and _is_number(metrics.get(BEST_LOSS)):
        pretext = {LOSS: metrics[BEST_LOSS]}
    ending = f"/{probe}/{metric}"
    named = {name: value for name, value in metrics.items() if name.endswith(ending) and name.startswith("valid")}
    downstream = [value for name, value in named.items() if name.count("/") == 2 and _is_number(value)]
    if not pretext or not downstream:
        return None
    name, value = next(iter(pretext.items()))
    return PretextScore(task, run, name, value, probe, metric, downstream[0])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and isfinite(value)


def compared_scores(comparison: Comparison) -> list[PretextScore]:
    """Return the scores of the runs of a comparison, with its metric."""
    found = (
        pretext_score(
            run.on_valid,
            task=str(run.run.tags.get("task", "?")),
            run=run.run.name,
            probe=run.probe,
            metric=comparison.question.metric,
        )
        for run in comparison.runs
    )
    return [one for one in found if one is not None]


def sweep_scores(folder: Path, metric: str) -> list[PretextScore]:
    """Return the scores of the main probes of a sweep's finished runs, each seed of a trial included.

    Parameters
    ----------
    folder
        Folder of the sweep.
    metric
        Metric of the probes.
    """
    found = []
    for file in (*sorted(folder.glob("*/summary.json")), *sorted(folder.glob("*/seed_*/summary.json"))):
        summary = read_json(file)
        if "metrics" not in summary or "main_probe" not in summary:  # the trial was stopped early
            continue
        task = str(summary.get("tracked", {}).get("tags", {}).get("task", "?"))
        run, probe = str(file.parent.relative_to(folder)), str(summary["main_probe"])
        one = pretext_score(summary["metrics"], task=task, run=run, probe=probe, metric=metric)
        found += [] if one is None else [one]
    return found


def pretext_points(scores: Sequence[PretextScore]) -> pd.DataFrame | None:
    """Return a row per run, ordered by task; None if no task has enough runs for a correlation."""
    frame = pd.DataFrame([asdict(one) for one in scores], columns=list(COLUMNS))
    if frame.empty or frame["task"].value_counts().max() < MIN_RUNS:
        return None
    return frame.sort_values("task", kind="stable", ignore_index=True)


def correlations(points: pd.DataFrame) -> dict[str, Correlation]:
    """Return the rank correlation of each task that has enough runs; scores of different tasks cannot be compared."""
    found = {
        str(task): spearman(of["pretext"].to_numpy(), of["downstream"].to_numpy())
        for task, of in points.groupby("task")
    }
    return {task: one for task, one in found.items() if one.n >= MIN_RUNS}


def correlation_table(points: pd.DataFrame) -> pd.DataFrame:
    """Return a row per task with its correlation, interval and number of runs."""
    rows = [
        {"task": task, "spearman": one.value, "ci_low": one.low, "ci_high": one.high, "n_runs": one.n}
        for task, one in correlations(points).items()
    ]
    return pd.DataFrame(rows)


def panel_notes(points: pd.DataFrame) -> dict[str, str]:
    """Return the correlation of each task as text, for the figure."""
    return {task: correlation_text(one) for task, one in correlations(points).items()}


def correlation_text(one: Correlation) -> str:
    """Return a correlation with its interval."""
    value = with_interval(one.value, one.low, one.high, signed=True) if isfinite(one.value) else "undefined"
    return f"ρ = {value}"


def pretext_note(points: pd.DataFrame, metric: str) -> str:
    """Return the caption of the figure.

    Parameters
    ----------
    points
        Runs of all tasks.
    metric
        Usual name of the probes' metric.
    """
    n_runs = points["task"].value_counts()
    told = "; ".join(
        f"{task.replace('_', ' ')}: {note} over {n_runs[task]} runs" for task, note in panel_notes(points).items()
    )
    return (
        f"Pretext score and {metric} of the probe, both on valid; a point is a run. ρ: Spearman's rank correlation "
        "over runs with its 95 % interval (Bonett and Wright 2000), which does not contain the variation over "
        f"subjects. {told}."
    )
