"""What a multirun leaves and says at its end: a table of its trials, the best one, figures, and where to look."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from eegbench.command import pool
from eegbench.command.membership import SWEEP
from eegbench.command.results import write_csv, write_json
from eegbench.command.summary import score_metrics
from eegbench.sweep.plan import Plan
from eegbench.sweep.storage import public
from eegbench.tracking.base import TrackedRun

MAX_PRINTED = 10


def conclude(jobs: Any, parent: TrackedRun | None, formats: Sequence[str]) -> None:  # noqa: ARG001
    """Write and print what came out of a multirun, and close its parent."""
    folder: Path = jobs.folder / SWEEP
    metrics: dict[str, float] = {}
    if jobs.plan:
        metrics = _conclude_study(jobs.plan, folder)
    else:
        runs = pool.find_runs([jobs.folder])
        if len(runs) > 1 and pool.differing(runs) == {pool.FOLD}:
            metrics = score_metrics(pool.pool(runs, folder))
    if parent:
        parent.finish(metrics=metrics, model=None)
        print(f"\nsweep: {jobs.folder}\n{parent.link}")


def print_plan(plan: Plan) -> None:
    """Print what a sweep would do, without making its study."""
    print(f"study {plan.study} in {public(plan.address)}, trials below {plan.folder}")
    for name, value in plan.settings.items():
        print(f"  {name.removeprefix('sweep.'):<24} {value}")
    if plan.fixed:
        print(f"  every trial has          {' '.join(plan.fixed)}")


def _conclude_study(plan: Plan, folder: Path) -> dict[str, float]:
    from eegbench.sweep.study import SharedStudy, order

    shared = SharedStudy(plan)
    trials = [trial for trial in shared.trials() if trial.params]
    table = trials_table(plan, trials)
    write_csv(folder / "trials.csv", table)
    write_csv(folder / "intermediate_values.csv", intermediate_values(trials))
    counts = table["state"].value_counts().to_dict()
    said = ", ".join(f"{n} {state}" for state, n in counts.items())
    print(f"\n{len(table)} trials: {said}")
    best = order(plan, trials)
    metrics = {f"sweep/n_{state}": float(n) for state, n in counts.items()}
    if not best:
        print("no trial was completed, so none is the best.")
        return metrics
    _print_table(table, plan)
    metrics |= _metrics_of(plan.folder / str(best[0].number))
    metrics |= dict(zip(plan.objectives, best[0].values, strict=True))
    facts = {
        "trial": best[0].number,
        "options": best[0].params,
        "values": dict(zip(plan.objectives, best[0].values, strict=True)),
    }
    write_json(folder / "best.json", facts)
    return metrics


def trials_table(plan: Plan, trials: Sequence[Any]) -> pd.DataFrame:
    """Return a row a trial: number, state, its options, its objectives (a pruned one's last value), its seconds."""
    from eegbench.sweep.study import state_of

    rows = []
    for trial in trials:
        values = trial.values or [np.nan] * len(plan.objectives)
        seconds = trial.duration.total_seconds() if trial.duration else np.nan
        rows.append(
            {
                "trial": trial.number,
                "state": state_of(trial),
                **{key: trial.params.get(key) for key in plan.space},
                **dict(zip(plan.objectives, values, strict=True)),
                "seconds": seconds,
            }
        )
    columns = ["trial", "state", *plan.space, *plan.objectives, "seconds"]
    return pd.DataFrame(rows, columns=columns)


def intermediate_values(trials: Sequence[Any]) -> pd.DataFrame:
    """Return a row a trial and step: the score on valid during training."""
    rows = [
        {"trial": trial.number, "step": step, "value": value}
        for trial in trials
        for step, value in sorted(trial.intermediate_values.items())
    ]
    return pd.DataFrame(rows, columns=["trial", "step", "value"])


def _print_table(table: pd.DataFrame, plan: Plan) -> None:
    ascending = plan.directions[0] == "minimize"
    shown = table[table["state"] == "complete"].sort_values(plan.objectives[0], ascending=ascending)
    print(shown.head(MAX_PRINTED).to_string(index=False, float_format=lambda x: f"{x:.4g}"))
    if len(plan.objectives) == 1:
        print(f"values are of {plan.objectives[0]}: the best of many is too good; the trial's test score is in its run")


def _metrics_of(trial: Path) -> dict[str, float]:
    """Return the metrics of a trial: the mean over its seeds."""
    files = [trial / "summary.json", *trial.glob("seed_*/summary.json")]
    frames = [json.loads(file.read_text(encoding="utf-8")).get("metrics", {}) for file in files if file.is_file()]
    if not frames:
        return {}
    mean = pd.DataFrame(frames).astype(float).mean()
    return {str(name): float(value) for name, value in mean.items()}
