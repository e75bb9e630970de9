"""Linear probe: features are standardised on train, then multinomial logistic regression with balanced classes."""

from typing import Literal

import numpy as np
import torch

from eegbench.config import Size
from eegbench.environment import in_one_thread
from eegbench.probe.base import ABSENT, Facts, Head, Labelled, Probe, ProbeNotConvergedError
from eegbench.probe.check import best_on_valid, check_classes, check_finite
from eegbench.probe.head_classifier import HeadClassifier
from eegbench.probe.logistic import Fit, fits

FEW = 2**20
"""Maximum number of values in embeddings for which one thread is used."""


class Linear(Probe):
    """Standardised features, then logistic regression (L2, classes balanced) to scikit-learn's optimum.

    Parameters
    ----------
    C
        Inverse regularisation strength. From several, the one with the best balanced accuracy on valid is chosen, the
        smaller in case of a tie.
    max_iter
        Maximum number of iterations; without convergence an error is raised.
    """

    needs: Literal["embeddings", "encoder", "windows"] = "embeddings"

    def __init__(self, *, C: float | tuple[float, ...], max_iter: Size) -> None:
        self.C = tuple(sorted(C)) if isinstance(C, tuple) else (C,)
        self.max_iter = max_iter
        if not self.C or not all(0 < each < np.inf for each in self.C):
            raise ValueError(f"probe.of.linear.C={C}: expected numbers above 0.")
        if max_iter < 1:
            raise ValueError(f"probe.of.linear.max_iter={max_iter}: expected 1 or more.")

    def fit(self, train: Labelled, valid: Labelled, rng: np.random.Generator) -> HeadClassifier:  # noqa: ARG002  no chance
        """Fit on train with each C, and keep the best on valid. See `eegbench.probe.Probe.fit`."""
        head, facts = self.fit_head(train, valid)
        return HeadClassifier(train.encoder, head=head, features=train.embeddings.at, facts=facts)

    def fit_head(self, train: Labelled, valid: Labelled) -> tuple[Head, Facts]:
        """Return the best head on valid, with its C and its number of iterations. See `fit`."""
        check_classes(train.y, train.classes)
        of_train, of_valid = train.features, valid.features
        check_finite([("train", of_train), ("valid", of_valid)])
        there, y = np.unique(train.y, return_inverse=True)
        features = torch.tensor(of_train, dtype=torch.float64)
        with in_one_thread(when=features.numel() < FEW):
            found = list(fits(features, torch.from_numpy(y), self.C, max_iter=self.max_iter))
        heads = [(self._head(fit, there, len(train.classes)), fit) for fit in found]
        head, fit = best_on_valid(heads, lambda one: one[0].probabilities(of_valid), valid.y)
        return head, {"C": fit.C, "n_iter": fit.n_iter}

    def _head(self, fit: Fit, there: np.ndarray, n_classes: int) -> Head:
        """Return scores of all classes, including those that are absent from train."""
        if not fit.has_converged:
            raise ProbeNotConvergedError(
                f"the linear probe with C={fit.C:g} did not converge in {self.max_iter} iterations; "
                "raise probe.of.linear.max_iter (also possible when resuming a run), or lower probe.of.linear.C.",
                "probe.of.linear.max_iter",
            )
        weight, bias = np.zeros((n_classes, fit.weight.shape[1])), np.full(n_classes, ABSENT)
        weight[there], bias[there] = fit.weight.numpy(), fit.bias.numpy()
        return Head(weight=weight, bias=bias)
