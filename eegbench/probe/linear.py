"""A linear probe: standardise each feature on train, then multinomial logistic regression, classes balanced."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from eegbench.probe.base import ABSENT, Head, Labelled, ProbeNotConvergedError


class Linear:
    """Scikit-learn's `StandardScaler` and `LogisticRegression` (lbfgs, L2, class weights balanced).

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
        if not self.C or min(self.C) <= 0:
            raise ValueError(f"probe.linear.C={C}: numbers above 0 are expected.")

    def fit(self, train: Labelled, valid: Labelled, n_classes: int) -> Head:
        """Fit on train with each C, and keep the best on valid."""
        if len(np.unique(train.labels)) < 2:
            raise ValueError(
                f"the train split holds {len(np.unique(train.labels))} of {n_classes} classes, and a probe needs two; "
                "give it more subjects, or another split.seed."
            )
        heads = [self._fit_one(train, C, n_classes) for C in self.C]
        if len(heads) == 1 or len(valid.labels) == 0:
            return heads[0]
        return max(heads, key=lambda head: _balanced_accuracy(head, valid))

    def _fit_one(self, train: Labelled, C: float, n_classes: int) -> Head:
        scaler = StandardScaler().fit(train.features.astype(np.float64))
        model = LogisticRegression(C=C, max_iter=self.max_iter, class_weight="balanced")
        # matrices this small take several threads longer than one (10 times and more where cores are busy)
        with threadpool_limits(1, user_api="blas"), warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            try:
                model.fit(scaler.transform(train.features.astype(np.float64)), train.labels)
            except ConvergenceWarning as warning:
                raise ProbeNotConvergedError(
                    f"the linear probe with C={C:g} did not converge in {self.max_iter} iterations; "
                    "raise probe.linear.max_iter, or lower probe.linear.C."
                ) from warning
        return _fold(scaler, model, C, n_classes)


def _fold(scaler: StandardScaler, model: LogisticRegression, C: float, n_classes: int) -> Head:
    """Return scores of all classes as one linear map of the features as they come."""
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn then keeps one row, the second class against the first: half for each
        coefficients = np.concatenate([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    weight = np.zeros((n_classes, coefficients.shape[1]))
    bias = np.full(n_classes, ABSENT)
    weight[model.classes_] = coefficients / scaler.scale_
    bias[model.classes_] = intercepts - (coefficients / scaler.scale_) @ scaler.mean_
    return Head(weight=weight, bias=bias, C=C, n_iter=int(np.max(model.n_iter_)))


def _balanced_accuracy(head: Head, valid: Labelled) -> float:
    predicted = head.probabilities(valid.features).argmax(axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a class predicted that valid does not hold
        return float(balanced_accuracy_score(valid.labels, predicted))
