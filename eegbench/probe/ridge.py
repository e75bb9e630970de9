"""Ridge probe: least squares with an L2 penalty, solved in closed form for all penalties at once."""

from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from eegbench.config import Positive
from eegbench.environment import in_one_thread
from eegbench.probe.base import ABSENT, Classifier, Head, Labelled, Probe
from eegbench.probe.check import best_on_valid, check_classes, check_finite, standardisation
from eegbench.probe.head_classifier import HeadClassifier
from eegbench.probe.linear import FEW
from eegbench.score.temperature import fit_temperature


class Ridge(Probe):
    """Least squares to targets of 1 for the class and -1 for the others, with equal weights of classes.

    The covariance matrix of the standardised features is decomposed once, after which each penalty costs a product of
    matrices (Hoerl and Kennard 1970, doi:10.1080/00401706.1970.10488634). The predicted class is that with the highest
    score. Probabilities are the softmax of the scores, divided by a temperature with the lowest cross-entropy on
    valid, or on train without valid.

    Parameters
    ----------
    alpha
        Penalty on squared weights, relative to the mean squared error. From several, the one with the best balanced
        accuracy on valid is chosen, the larger in case of a tie.
    """

    needs: Literal["embeddings", "encoder", "windows"] = "embeddings"

    def __init__(self, *, alpha: Positive | tuple[Positive, ...]) -> None:
        self.alpha = tuple(sorted(alpha, reverse=True)) if isinstance(alpha, tuple) else (alpha,)
        if not self.alpha:
            raise ValueError("probe.of.ridge.alpha=[]: expected at least one number above 0.")

    def fit(self, train: Labelled, valid: Labelled, rng: np.random.Generator) -> Classifier:  # noqa: ARG002  no chance
        """Fit on train with each penalty, and keep the best on valid. See `eegbench.probe.Probe.fit`."""
        check_classes(train.y, train.classes)
        of_train, of_valid = train.features, valid.features
        check_finite([("train", of_train), ("valid", of_valid)])
        with in_one_thread(when=of_train.size < FEW):
            heads = _heads(of_train, train.y, self.alpha, len(train.classes))
        head, alpha = best_on_valid(
            list(zip(heads, self.alpha, strict=True)), lambda one: one[0].probabilities(of_valid), valid.y
        )
        features, y = (of_valid, valid.y) if len(valid.y) else (of_train, train.y)
        known = np.isin(y, train.y)  # a class that is absent from train has probability 0 at any temperature
        temperature = fit_temperature(head.probabilities(features[known]), y[known])
        there = np.unique(train.y)
        head.weight[there] /= temperature
        head.bias[there] /= temperature
        facts = {"alpha": alpha, "temperature": temperature}
        return HeadClassifier(train.encoder, head=head, features=train.embeddings.at, facts=facts)


def _heads(
    features: Float[np.ndarray, "n dim"], y: Int[np.ndarray, "n"], penalties: tuple[float, ...], n_classes: int
) -> list[Head]:
    """Return the solution for each penalty, with standardisation folded in."""
    there, labels = np.unique(y, return_inverse=True)
    centre, scale = standardisation(features)
    x = (features.astype(np.float64) - centre) / scale
    targets = 2.0 * np.eye(len(there))[labels] - 1.0
    weight = 1.0 / (len(there) * np.bincount(labels)[labels])  # of each window; they sum to 1
    mean, target_mean = weight @ x, weight @ targets
    x, targets = x - mean, targets - target_mean
    values, vectors = np.linalg.eigh((x * weight[:, None]).T @ x)
    projected = vectors.T @ ((x * weight[:, None]).T @ targets)
    found = []
    for alpha in penalties:
        solved = (vectors @ (projected / (np.maximum(values, 0.0) + alpha)[:, None])).T
        head = Head(np.zeros((n_classes, x.shape[1])), np.full(n_classes, ABSENT))
        head.weight[there] = solved / scale
        head.bias[there] = target_mean - solved @ mean - (solved / scale) @ centre
        found.append(head)
    return found
