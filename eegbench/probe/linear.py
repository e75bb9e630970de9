"""A linear probe: standardise each feature on train, then multinomial logistic regression, classes balanced."""

import numpy as np
import torch

from eegbench.environment import in_one_thread
from eegbench.probe.base import ABSENT, Head, Labelled, Probe, ProbeNotConvergedError
from eegbench.probe.logistic import Fit, fits
from eegbench.score import confusion_matrix
from eegbench.score.metric import balanced_accuracy

FEW = 2**20
"""Numbers in embeddings that one thread fits to."""


class Linear(Probe):
    """Standardised features, then logistic regression (L2, classes balanced) to scikit-learn's optimum.

    Parameters
    ----------
    C
        Inverse regularisation strength; of several, the one with the best balanced accuracy on valid, the
        smaller where two are equal.
    max_iter
        Iterations at most; not converged by then is an error.
    """

    def __init__(self, *, C: float | tuple[float, ...], max_iter: int) -> None:
        self.C = tuple(sorted(C)) if isinstance(C, tuple) else (C,)
        self.max_iter = max_iter
        if not self.C or not all(0 < each < np.inf for each in self.C):
            raise ValueError(f"probe.linear.C={C}: numbers above 0 are expected.")
        if max_iter < 1:
            raise ValueError(f"probe.linear.max_iter={max_iter}: type 1 or more.")

    def fit(self, train: Labelled, valid: Labelled, n_classes: int) -> Head:
        """Fit on train with each C, and keep the best on valid."""
        there, labels = np.unique(train.labels, return_inverse=True)
        if len(there) < 2:
            raise ValueError(
                f"the train split holds {len(there)} of {n_classes} classes, and a probe needs two; "
                "give it more subjects, or another split.seed."
            )
        for split, part in (("train", train), ("valid", valid)):
            if not np.isfinite(part.features).all():
                raise ValueError(
                    f"embeddings of {split} hold values that are no numbers; look at the encoder's weights."
                )
        features = torch.tensor(train.features, dtype=torch.float64)
        with in_one_thread(when=features.numel() < FEW):
            found = list(fits(features, torch.from_numpy(labels), self.C, max_iter=self.max_iter))
        heads = [self._head(fit, there, n_classes) for fit in found]
        if len(heads) == 1 or len(valid.labels) == 0:
            return heads[0]
        return max(heads, key=lambda head: _balanced_accuracy(head, valid))

    def _head(self, fit: Fit, there: np.ndarray, n_classes: int) -> Head:
        """Return scores of all classes, also of those that train does not hold."""
        if not fit.has_converged:
            raise ProbeNotConvergedError(
                f"the linear probe with C={fit.C:g} did not converge in {self.max_iter} iterations; "
                "raise probe.linear.max_iter (a run that is resumed may, too), or lower probe.linear.C."
            )
        weight, bias = np.zeros((n_classes, fit.weight.shape[1])), np.full(n_classes, ABSENT)
        weight[there], bias[there] = fit.weight.numpy(), fit.bias.numpy()
        return Head(weight=weight, bias=bias, C=fit.C, n_iter=fit.n_iter)


def _balanced_accuracy(head: Head, valid: Labelled) -> float:
    said = head.probabilities(valid.features).argmax(axis=1)
    return float(balanced_accuracy(confusion_matrix(valid.labels, said, len(head.bias))))
