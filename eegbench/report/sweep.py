"""Results at the end of a multirun: table of trials, best trial, figures, and commands."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from eegbench.address import without_secrets
from eegbench.atomic import write_csv, write_json
from eegbench.comparison import pool
from eegbench.comparison.groups import SEEDS
from eegbench.comparison.tested_run import FOLD
from eegbench.config import read_json
from eegbench.figure import study_figures
from eegbench.report.album import Album
from eegbench.report.multirun_table import print_table
from eegbench.report.next_command import next_command
from eegbench.report.pretext_scores import add_pretext_scores
from eegbench.report.sweep_solutions import front_of, write_solutions
from eegbench.report.sweep_winner import print_winner, run_of
from eegbench.score.table import score_metrics
from eegbench.sweep.choice import varied_names
from eegbench.sweep.importance import KnownImportances, importances
from eegbench.sweep.objective import OBJECTIVE
from eegbench.sweep.plan import Plan
from eegbench.sweep.space import as_words
from eegbench.sweep.study import SharedStudy
from eegbench.sweep.sweep_context import SWEEP
from eegbench.sweep.trial_state import WHY, failures, order, state_of
from eegbench.tracking.base import SweepView, TrackedRun
from eegbench.tracking.record import RECORD

MAX_PRINTED = 10
CURVES = ("probe_valid_balanced_accuracy", "valid_loss")
SECONDS = "seconds"
FRONT = "front"
"""Column of a table of trials with several objectives: whether the trial is on the Pareto front."""


def conclude_study(plan: Plan, parent: TrackedRun, formats: Sequence[str], typed_again: Sequence[str] = ()) -> None:
    """Write and print the results of a search, and finish its parent run.

    Parameters
    ----------
    plan
        Plan of the search.
    parent
        Parent run of its trials in the tracker.
    formats
        File formats of figures.
    typed_again
        Words that must be typed again with ``resume=FOLDER``.
    """
    album = Album(plan.folder / SWEEP, tuple(formats))
    metrics, view = _conclude_study(plan, album)
    add_pretext_scores(plan.folder, album)
    _close(plan.folder, parent, metrics, view)
    if view.order and len(plan.objectives) == 1:
        print_winner(plan.folder / view.order[0], typed_again)
    album.raise_failed()


def conclude_jobs(
    folder: Path, varied: Sequence[str], parent: TrackedRun, outputs: Path, formats: Sequence[str]
) -> None:
    """Print the table of a multirun's jobs with its command, and finish its parent run.

    Folds of a split are pooled, with a table for each probe. Otherwise groups are compared by their means over seeds.

    Parameters
    ----------
    folder
        Folder of the multirun.
    varied
        Options that vary.
    parent
        Parent run of its jobs in the tracker.
    outputs
        Outputs folder.
    formats
        File formats of figures.
    """
    album, metrics = Album(folder / SWEEP, tuple(formats)), _pool(folder)
    add_pretext_scores(folder, album)
    view = SweepView(OBJECTIVE, maximize=True, order=(), curves=CURVES, options=tuple(varied_names(varied)))
    _close(folder, parent, metrics, view)
    if found := next_command(folder, varied, outputs):
        if found.table:
            print_table(found.table)
        print(f"{'table:':<9}{found.command}")
    album.raise_failed()


def _close(folder: Path, parent: TrackedRun, metrics: Mapping[str, float], view: SweepView) -> None:
    print(f"\nsweep: {folder}\n{parent.link}")
    pages = parent.pages(view)
    parent.finish(metrics=metrics, model=None)
    for what, page in zip(("compare", "charts"), pages, strict=False):
        print(f"{what + ':':<9}{page}")


def print_plan(plan: Plan) -> None:
    """Print the plan of a sweep, without creating its study."""
    print(f"study {plan.study} in {without_secrets(plan.address)}, trials below {plan.folder}")
    for name, value in plan.settings.items():
        print(f"  {name.removeprefix('sweep.'):<24} {value}")
    if plan.fixed:
        print(f"  every trial has          {' '.join(plan.fixed)}")


def _pool(folder: Path) -> dict[str, float]:
    """Pool the jobs if they differ only in folds, or only in folds and seeds and are not in MLflow."""
    runs = pool.find_runs([folder])
    kept = (folder / SWEEP / RECORD).is_file()
    if len(runs) < 2 or not pool.differing(runs) <= ({FOLD} if kept else {FOLD, *SEEDS}):
        return {}
    return score_metrics(pool.pool(runs, folder / SWEEP))


def _conclude_study(plan: Plan, album: Album) -> tuple[dict[str, float], SweepView]:
    """Write the tables and figures of a study; return the metrics of its parent and the view of its pages."""
    shared = SharedStudy(plan)
    trials = [trial for trial in shared.trials() if trial.params or WHY in trial.user_attrs]
    table, steps = trials_table(plan, trials), intermediate_values(trials)
    write_csv(album.folder / "trials.csv", table)
    write_csv(album.folder / "intermediate_values.csv", steps)
    counts = table["state"].value_counts().to_dict()
    print(f"\n{len(table)} trials: {', '.join(f'{n} {state}' for state, n in counts.items())}")
    best = order(plan, trials)
    shares = importances(plan, shared.study)
    write_json(album.folder / "importance.json", shares)
    _plot(shared, shares, album)
    metrics = {f"sweep/n_{state}": float(n) for state, n in counts.items()}
    if best:
        write_solutions(plan, best)
        _print_best(plan, table)
        metrics |= _best_metrics(plan, best[0], album.folder)
    else:
        print("no trial was completed, so there is no best trial.")
    _print_failed(plan, failures(shared.study))
    names = dict(zip(plan.space, varied_names(tuple(plan.space)), strict=True))
    ranked = tuple(names[key] for key in sorted(plan.space, key=lambda key: -shares.get(key, 0.0)))
    numbers = tuple(str(trial.number) for trial in best)
    return metrics, SweepView(OBJECTIVE, plan.directions[0] == "maximize", numbers, CURVES, ranked)


def trials_table(plan: Plan, trials: Sequence[Any]) -> pd.DataFrame:
    """Return a row per trial: number, state, options, objectives (last value if pruned), seconds, reason of failure."""
    front = front_of(plan, trials)
    rows = [
        {
            "trial": trial.number,
            "state": state_of(trial),
            FRONT: trial.number in front,
            **{key: trial.params.get(key) for key in plan.space},
            **dict(zip(plan.objectives, trial.values or [np.nan] * len(plan.objectives), strict=True)),
            SECONDS: trial.duration.total_seconds() if trial.duration else np.nan,
            WHY: trial.user_attrs.get(WHY, ""),
        }
        for trial in trials
    ]
    marks = [FRONT] if len(plan.objectives) > 1 else []
    return pd.DataFrame(rows, columns=["trial", "state", *marks, *plan.space, *plan.objectives, SECONDS, WHY])


def intermediate_values(trials: Sequence[Any]) -> pd.DataFrame:
    """Return a row per trial and step with the score on valid during training."""
    rows = [
        {"trial": trial.number, "step": step, "value": value, "state": state_of(trial)}
        for trial in trials
        for step, value in sorted(trial.intermediate_values.items())
    ]
    return pd.DataFrame(rows, columns=["trial", "step", "value", "state"])


def _plot(shared: SharedStudy, shares: Mapping[str, float], album: Album) -> None:
    """Plot those figures of Optuna that are possible with the number of trials."""
    evaluator = KnownImportances(shares) if shares else None
    for stem, plot in study_figures(shared.study, objectives=shared.plan.objectives, evaluator=evaluator).items():
        album.add(stem, plot)


def _print_best(plan: Plan, table: pd.DataFrame) -> None:
    """Print the complete trials, best first; with several objectives all of them, the Pareto front first."""
    ascending, several = plan.directions[0] == "minimize", len(plan.objectives) > 1
    shown = table[table["state"] == "complete"].sort_values(plan.objectives[0], ascending=ascending)
    if several:
        shown = shown.sort_values(FRONT, ascending=False, kind="stable")
        shown[FRONT] = shown[FRONT].map({True: "*", False: ""})
    printed = shown if several else shown.head(MAX_PRINTED)
    print(printed.drop(columns=WHY).to_string(index=False, na_rep="", float_format=lambda x: f"{x:.4g}"))
    if several:
        print(f"*: on the Pareto front, no trial is better in all objectives; sorted by {plan.objectives[0]}.")
    elif plan.directions[0] == "maximize":
        print(f"the best of {len(shown)} was chosen by {plan.objectives[0]}, which is optimistic; see the test scores.")
    if len(printed) < len(table):
        print(f"the other {len(table) - len(printed)} trials are in trials.csv")


def _print_failed(plan: Plan, failed: Sequence[Any]) -> None:
    """Print the points of failed trials, each with the reason."""
    if failed:
        print("\nfailed trials, whose points are not tried again:")
    for trial in failed[:MAX_PRINTED]:
        point = " ".join(as_words({key: trial.params[key] for key in plan.space if key in trial.params}))
        print(f"  trial {trial.number}  {point}\n    {trial.user_attrs[WHY]}")
    if len(failed) > MAX_PRINTED:
        print(f"  the other {len(failed) - MAX_PRINTED} are in trials.csv")


def _best_metrics(plan: Plan, best: Any, folder: Path) -> dict[str, float]:
    """Return the metrics of the best trial, and write its options and folder."""
    values = dict(zip(plan.objectives, best.values, strict=True))
    write_json(folder / "best.json", {"trial": best.number, "options": best.params, "values": values})
    found = _metrics_of(plan.folder / str(best.number))
    return {**found, **values, OBJECTIVE: best.values[0], "sweep/best_trial": float(best.number)}


def _metrics_of(trial: Path) -> dict[str, float]:
    """Return the metrics of a trial: the mean over its seeds, or the metrics of the identical run it refers to."""
    folders = [run_of(folder) for folder in (trial, *sorted(trial.glob("seed_*")))]
    files = [folder / "summary.json" for folder in folders]
    frames = [read_json(file).get("metrics", {}) for file in files if file.is_file()]
    if not frames:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a metric that no seed has
        mean = pd.DataFrame(frames).astype(float).mean()
    return {str(name): float(value) for name, value in mean.items()}
