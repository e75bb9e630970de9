"""A run in numbers: what it was made of, what training took, every score by the name that MLflow shows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Int

from eegbench.command.data import Data, counts
from eegbench.command.evaluation import Evaluation
from eegbench.model.base import Encoder
from eegbench.score.metric import accuracy
from eegbench.score.table import score_metrics
from eegbench.task import Task
from eegbench.trainer import Fit, Material

Options = Mapping[str, Any]
Counts = Int[np.ndarray, "n_classes n_classes"]


@dataclass(frozen=True)
class Trained:
    """What training leaves to evaluate.

    Attributes
    ----------
    encoder, random_encoder
        The trained encoder, and the same one with random weights.
    task, material, fit
        What was asked, of what, and how it went.
    """

    encoder: Encoder
    random_encoder: Encoder
    task: Task
    material: Material
    fit: Fit


def mark_of(data: Data, seen: list[str]) -> str:
    """Say what a reader of the scores must know, to stand beside each split's name."""
    marks = {"(within subject)": data.within_subject, "(transductive)": bool(seen)}
    return " ".join(mark for mark, holds in marks.items() if holds)


def summarise(
    options: Options, data: Data, trained: Trained, outcome: Evaluation | None, seen: list[str]
) -> dict[str, Any]:
    """Return what ``summary.json`` says of a run."""
    fit = trained.fit
    return {
        "name": options["name"],
        "seed": options["seed"],
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
        "transductive_subjects": seen,
        "probes": outcome.converged if outcome else {},
        "scores": [score.row() for score in outcome.scores if score.metric == "balanced_accuracy"] if outcome else [],
    }


def final_metrics(fit: Fit, pretext: Mapping[str, Counts], outcome: Evaluation | None) -> dict[str, float]:
    """Name what training took and every score as MLflow shows it: split/probe/metric."""
    took = {f"run/{name}": float(getattr(fit, name)) for name in ("n_steps", "n_examples", "n_dropped", "best_pass")}
    best = fit.history[fit.history["pass"] == fit.best_pass].iloc[-1]
    named = took | {"run/best_valid_loss": float(best["valid_loss"])}
    for split, counts_ in pretext.items():
        named[f"{split}/pretext/accuracy"] = float(accuracy(counts_))
    return named | score_metrics(outcome.scores if outcome else [])
