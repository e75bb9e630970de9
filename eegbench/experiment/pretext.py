"""Metrics and confusion matrices of the pretext task on valid and test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Int
from torch import Tensor

from eegbench.experiment.training import Trained
from eegbench.inference.embedding import Embeddings, with_padding
from eegbench.score import confusion_matrix
from eegbench.task import Answers
from eegbench.task.evaluation import ask
from eegbench.task.outcome import Count
from eegbench.trainer import Trainer

Counts = Int[np.ndarray, "n_classes n_classes"]
"""Number of examples by right answer (rows) and predicted answer (columns)."""


@dataclass(frozen=True)
class Pretext:
    """Metrics of a task on a split.

    Attributes
    ----------
    metrics
        Mean of each metric of the task.
    counts
        Confusion matrix; None if the task has no right answers.
    """

    metrics: Mapping[str, float]
    counts: Counts | None


def evaluate_pretext(trained: Trained, trainer: Trainer, part: pd.DataFrame, embeddings: Embeddings) -> Pretext:
    """Evaluate the task once on new examples of a part of the windows, in batches like those of the trainer.

    Windows that have embeddings are not encoded again. Crops are encoded again, as only whole trials have embeddings.
    """
    task, material = trained.task, trained.material
    draw = material.sampler.draw(part, np.random.default_rng([material.seed, 0]))
    known = None if material.store.has_crops else with_padding(trained.encoder, material.store, embeddings)
    parts = task.parts(draw, trainer.batches(draw))
    outcomes = ask(trained.encoder, task, material.store, draw, parts, seed=material.seed, known=known)
    counts = [_count(one.answers, len(task.classes)) for one in outcomes if one.answers is not None]
    metrics = {name: _mean([one.sums[name] for one in outcomes]) for name in task.metrics}
    return Pretext(metrics, sum(counts[1:], counts[0]) if counts else None)


def _mean(pairs: Sequence[tuple[Tensor, Count]]) -> float:
    return sum(float(value) for value, _ in pairs) / max(1, sum(int(n) for _, n in pairs))


def _count(answers: Answers, n_classes: int) -> Counts:
    right, predicted = (tensor.cpu().numpy().astype(np.int64) for tensor in (answers.right, answers.predicted))
    return confusion_matrix(right[right >= 0], predicted[right >= 0], n_classes)
