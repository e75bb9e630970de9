"""Logistic regression in the tangent space of covariance matrices: Riemannian geometry for imagined movements."""

import numpy as np
from jaxtyping import Float

from eegbench.config import Size
from eegbench.probe.base import Classifier, Labelled
from eegbench.probe.check import check_classes
from eegbench.probe.linear import Linear
from eegbench.probe.windows import WindowsProbe, fit_logistic, need_pyriemann, signals


class TangentSpace(WindowsProbe):
    """Tangent vectors of windows' covariances at the Riemannian mean of train, and the linear probe's regression.

    Covariances have the shrinkage of Chen et al. 2010 (doi:10.1109/TSP.2010.2053029). n channels give n (n + 1) / 2
    features.

    Parameters
    ----------
    C, max_iter
        Options of the logistic regression. See `eegbench.probe.linear.Linear`.

    References
    ----------
    Barachant et al. 2012, IEEE Trans. Biomed. Eng. 59(4), doi:10.1109/TBME.2011.2172210.
    """

    def __init__(self, *, C: float | tuple[float, ...], max_iter: Size) -> None:
        need_pyriemann("tangent_space")
        self.linear = Linear(C=C, max_iter=max_iter)

    def fit(self, train: Labelled, valid: Labelled, rng: np.random.Generator) -> Classifier:  # noqa: ARG002  no chance
        """Fit the mean and the regression on train, and choose C on valid. See `eegbench.probe.Probe.fit`."""
        from pyriemann.estimation import Covariances
        from pyriemann.tangentspace import TangentSpace as Projection

        check_classes(train.y, train.classes)
        covariances = Covariances(estimator="oas")
        matrices = [covariances.transform(x) for x in signals(train.store, train.rows)]
        projection = Projection(metric="riemann").fit(np.concatenate(matrices))

        def transform(x: Float[np.ndarray, "n n_channels n_times"]) -> Float[np.ndarray, "n dim"]:
            return np.asarray(projection.transform(covariances.transform(x)))

        return fit_logistic("tangent_space", self.linear, train, valid, transform)
