"""Summary of a run: counts of its data, facts of training, and all scores by their name in MLflow."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from eegbench.config import read_json
from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data, counts
from eegbench.experiment.evaluation import Evaluation
from eegbench.experiment.result import Result
from eegbench.experiment.run_folder import SUMMARY
from eegbench.experiment.training import Trained
from eegbench.experiment.trial_scores import METRICS as TRIAL_METRICS
from eegbench.experiment.weights_file import loaded_files
from eegbench.score.table import score_metrics
from eegbench.sweep.objective import OBJECTIVE, values_there
from eegbench.trainer import Fit


def mark_of(data: Data, seen: Sequence[str]) -> str:
    """Return the text that follows the name of a split wherever its scores are shown.

    Parameters
    ----------
    data
        Windows of the run.
    seen
        Subjects of test that were used to train the loaded encoder.
    """
    marks = {"(within subject)": data.within_subject, "(transductive)": bool(seen)}
    return " ".join(mark for mark, holds in marks.items() if holds)


def summarise(
    experiment: Experiment, data: Data, trained: Trained, evaluation: Evaluation | None, seen: Sequence[str]
) -> dict[str, Any]:
    """Return the facts of a run for ``summary.json``."""
    fit = trained.fit
    scores = evaluation.scores if evaluation else []
    return {
        "name": experiment.name,
        "seed": experiment.seed,
        "coverage": data.coverage,
        "n_shards_built": data.opened.n_built,
        "counts": counts(data),
        "notes": [*data.notes, *fit.notes],
        "skipped": [asdict(one) for one in data.opened.skipped],
        "n_parameters": sum(p.numel() for p in trained.encoder.parameters()),
        "n_steps": fit.n_steps,
        "n_examples": fit.n_examples,
        "n_drawn": fit.n_drawn,
        "n_dropped": fit.n_dropped,
        "monitor": experiment.trainer.monitor,
        "best_pass": fit.best_pass,
        "final_pass": fit.final_pass,
        "averaged": dict(fit.averaged),
        "n_passes": int(fit.history["pass"].max()) if len(fit.history) else 0,
        "valid_trials": _valid_trials(fit),
        "precision": fit.precision,
        "halved": {str(number): size for number, size in fit.halved.items()},
        "train_seconds": fit.train_seconds,
        "stopped": fit.stopped,
        "within_subject": data.within_subject,
        "transductive_subjects": list(seen),
        "weights_files": loaded_files(trained.encoder),
        "encoder_used_labels": _used_labels(experiment, trained),
        "main_probe": experiment.probes.main,
        "probes": evaluation.facts if evaluation else {},
        "fitted_with": evaluation.fitted_with if evaluation else {},
        "scores": [score.row() for score in scores if score.metric == "balanced_accuracy"],
    }


def _used_labels(experiment: Experiment, trained: Trained) -> bool:
    """Return whether labels trained the encoder, in this run or in those from which it was loaded."""
    if experiment.trainable != "none" and trained.task.uses_labels():
        return True
    earlier = None if experiment.encoder is None else experiment.encoder / SUMMARY
    return earlier is not None and earlier.is_file() and bool(read_json(earlier).get("encoder_used_labels"))


def final_metrics(summary: Mapping[str, Any], fit: Fit, result: Result, objectives: Sequence[str]) -> dict[str, float]:
    """Return facts of training, scores by their names in MLflow (split/probe/metric), and a sweep's objective."""
    counted = ("n_steps", "n_examples", "n_dropped", "best_pass", "final_pass")
    metrics = {f"run/{name}": float(getattr(fit, name)) for name in counted}
    metrics["run/best_valid_loss"] = float(_row(fit, fit.best_pass)["valid_loss"])
    metrics |= {f"run/averaged_{name}": float(value) for name, value in fit.averaged.items()}
    trials: dict[str, dict[str, float]] = summary["valid_trials"]
    metrics |= {f"run/{which}_{name}": value for which, of in trials.items() for name, value in of.items()}
    for split, done in result.task_figures.items():
        metrics |= {f"{split}/{result.task_kind}/{name}": value for name, value in done.metrics.items()}
    metrics |= score_metrics(result.evaluation.scores if result.evaluation else [])
    metrics |= {f"run/{name}": float(summary[name]) for name in ("seconds", "n_parameters")}
    there = values_there(metrics, objectives)
    return metrics | ({OBJECTIVE: there[0]} if there else {})


def _valid_trials(fit: Fit) -> dict[str, dict[str, float]]:
    """Return the network's scores on the trials of valid in the best and in the last pass, if there are any."""
    columns = [column for column in TRIAL_METRICS if column in fit.history]
    passes = {"best": fit.best_pass, "last": int(fit.history["pass"].max())}
    rows = {which: _row(fit, number) for which, number in passes.items()}
    return {which: {column: float(row[column]) for column in columns} for which, row in rows.items() if columns}


def _row(fit: Fit, number: int) -> pd.Series:
    """Return the history's row of a pass."""
    return fit.history[fit.history["pass"] == number].iloc[-1]
