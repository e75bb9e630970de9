"""Scores of a decoder of crops on the trials of valid, computed after every pass."""

import math

from eegbench.experiment.data import Data
from eegbench.experiment.evaluation import network_classifier
from eegbench.inference.description import Description
from eegbench.inference.embedding import Encoded
from eegbench.inference.trial import embed_trials
from eegbench.model.base import Encoder
from eegbench.preprocessing import Preprocessing
from eegbench.score import confusion_matrix
from eegbench.score.metric import accuracy, balanced_accuracy
from eegbench.task import Task

METRICS = {"valid_trial_accuracy": accuracy, "valid_trial_balanced_accuracy": balanced_accuracy}
"""Columns of the history if windows are crops of trials and the task has a head for the dataset's classes."""


def may_have_trial_scores(preprocessing: Preprocessing, task: type[Task]) -> bool:
    """Return whether a history may have these columns, as far as known before data are read."""
    return preprocessing.cuts_crops and task.is_supervised()


def trial_scores(encoder: Encoder, task: Task, data: Data) -> dict[str, float]:
    """Return the scores of the network on the trials of valid as columns of the history; empty if there are none.

    They are computed as in the final evaluation. The embedding of a trial is the mean of its tokens, each position in
    time once (`embed_trials`), and the head is applied to this mean. As the head is linear, class scores (logits)
    are averaged over time before the softmax. The loss of ``task=cropped`` averages log-probabilities over the tokens
    of a crop instead. The network is in evaluation mode and float32, has no gradients, and draws no random numbers.

    Returns
    -------
    scores
        Between 0 and 1, pooled over trials; NaN if valid has no scored trial.
    """
    if not data.store.has_crops or not task.is_supervised():
        return {}
    rows = data.rows("valid", scored=True)
    if not len(rows):
        return dict.fromkeys(METRICS, math.nan)
    encoded = Encoded(encoder, data.store, embed_trials(encoder, data.store, rows))
    known = Description(encoder={}, classes=data.store.classes, form=data.store.form)
    classifier = network_classifier(encoded, task, data, known)
    assert classifier is not None
    predicted = classifier.probabilities(rows).argmax(axis=1)
    counts = confusion_matrix(data.labels(rows), predicted, len(data.store.classes))
    return {column: float(metric(counts)) for column, metric in METRICS.items()}
