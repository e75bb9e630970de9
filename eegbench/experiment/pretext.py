"""How well was the pretext task itself done? Its metrics and answers on valid and test."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.inference.embedding import Embeddings
from eegbench.model.base import Encoder
from eegbench.score import confusion_matrix
from eegbench.task import Answers, Task
from eegbench.task.ask import ask
from eegbench.trainer import Material

Counts = Int[np.ndarray, "n_classes n_classes"]
"""Numbers of examples by what was right (rows) and what was answered (columns)."""


@dataclass(frozen=True)
class Pretext:
    """How well a task is done on a split.

    Attributes
    ----------
    metrics
        The mean of each of the task's metrics.
    counts
        The confusion matrix; None where the task has no right answers.
    """

    metrics: Mapping[str, float]
    counts: Counts | None


def evaluate_pretext(
    encoder: Encoder, task: Task, material: Material, part: pd.DataFrame, embeddings: Embeddings
) -> Pretext:
    """Ask the task of fresh examples of a part, once.

    Windows that are embedded already are not encoded again; of crops, only whole trials are embedded.
    """
    draw = material.sampler.draw(part, np.random.default_rng([material.seed, 0]))
    known = None if material.store.has_crops else embeddings
    outcome = ask(encoder, task, material.store, draw, known=known)
    metrics = {name: float(value) / max(1, int(n)) for name, (value, n) in outcome.sums.items()}
    return Pretext(metrics, None if outcome.answers is None else _count(outcome.answers, len(task.classes)))


def _count(answers: Answers, n_classes: int) -> Counts:
    right, predicted = (tensor.cpu().numpy().astype(np.int64) for tensor in (answers.right, answers.predicted))
    return confusion_matrix(right[right >= 0], predicted[right >= 0], n_classes)
