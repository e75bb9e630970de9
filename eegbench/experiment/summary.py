"""A run in numbers: what it was made of, what training took, and every score by the name that MLflow shows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data, counts
from eegbench.experiment.evaluation import Evaluation
from eegbench.experiment.result import Result
from eegbench.experiment.training import Trained
from eegbench.score.table import score_metrics
from eegbench.sweep.objective import OBJECTIVE, values_there
from eegbench.trainer import Fit


def mark_of(data: Data, seen: Sequence[str]) -> str:
    """Return what must stand next to each split's name wherever its scores show.

    Parameters
    ----------
    data
        The windows.
    seen
        Subjects of test whose signals shaped the encoder before.
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
        "notes": list(data.notes),
        "skipped": [asdict(one) for one in data.opened.skipped],
        "n_parameters": sum(p.numel() for p in trained.encoder.parameters()),
        "n_steps": fit.n_steps,
        "n_examples": fit.n_examples,
        "n_drawn": fit.n_drawn,
        "n_dropped": fit.n_dropped,
        "best_pass": fit.best_pass,
        "n_passes": int(fit.history["pass"].max()) if len(fit.history) else 0,
        "precision": fit.precision,
        "train_seconds": fit.train_seconds,
        "stopped": fit.stopped,
        "within_subject": data.within_subject,
        "transductive_subjects": list(seen),
        "main_probe": experiment.probes.main,
        "probes": evaluation.facts if evaluation else {},
        "fitted_with": evaluation.fitted_with if evaluation else {},
        "scores": [score.row() for score in scores if score.metric == "balanced_accuracy"],
    }


def final_metrics(summary: Mapping[str, Any], fit: Fit, result: Result, objectives: Sequence[str]) -> dict[str, float]:
    """Return what training took and every score as MLflow shows it: split/probe/metric; and what a sweep seeks."""
    best = fit.history[fit.history["pass"] == fit.best_pass].iloc[-1]
    metrics = {f"run/{name}": float(getattr(fit, name)) for name in ("n_steps", "n_examples", "n_dropped", "best_pass")}
    metrics["run/best_valid_loss"] = float(best["valid_loss"])
    for split, done in result.pretext.items():
        metrics |= {f"{split}/pretext/{name}": value for name, value in done.metrics.items()}
    metrics |= score_metrics(result.evaluation.scores if result.evaluation else [])
    metrics |= {f"run/{name}": float(summary[name]) for name in ("seconds", "n_parameters")}
    there = values_there(metrics, objectives)
    return metrics | ({OBJECTIVE: there[0]} if there else {})
