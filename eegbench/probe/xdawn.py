"""Logistic regression in the tangent space of xDAWN covariances: Riemannian geometry for evoked potentials."""

import numpy as np
from jaxtyping import Float

from eegbench.config import Size
from eegbench.probe.base import Classifier, Labelled
from eegbench.probe.check import check_classes
from eegbench.probe.linear import Linear
from eegbench.probe.windows import WindowsProbe, fit_logistic, need_pyriemann, signals


class Xdawn(WindowsProbe):
    """Covariances of windows with the mean responses of the classes, after spatial filters, in the tangent space.

    The filters of xDAWN maximise the power of a class's mean response relative to the signal. Each window is
    filtered and stacked with the filtered mean responses of all classes, so that covariances contain its similarity to
    them. Covariances have the shrinkage of Chen et al. 2010 (doi:10.1109/TSP.2010.2053029). The linear probe's
    regression follows. The signals of train are in memory in double precision.

    Parameters
    ----------
    n_filters
        Number of spatial filters of each class. Filters of all classes together should not exceed the channels.
    C, max_iter
        Options of the logistic regression. See `eegbench.probe.linear.Linear`.

    References
    ----------
    Rivet et al. 2009, IEEE Trans. Biomed. Eng. 56(8), doi:10.1109/TBME.2009.2012869. Barachant and Congedo 2014,
    doi:10.48550/arXiv.1409.0107.
    """

    def __init__(self, *, n_filters: Size, C: float | tuple[float, ...], max_iter: Size) -> None:
        need_pyriemann("xdawn")
        self.n_filters, self.linear = n_filters, Linear(C=C, max_iter=max_iter)

    def fit(self, train: Labelled, valid: Labelled, rng: np.random.Generator) -> Classifier:  # noqa: ARG002  no chance
        """Fit filters, mean and regression on train, and choose C on valid. See `eegbench.probe.Probe.fit`."""
        from pyriemann.estimation import XdawnCovariances
        from pyriemann.tangentspace import TangentSpace as Projection

        check_classes(train.y, train.classes)
        x = np.concatenate(list(signals(train.store, train.rows)))
        n_filters = min(self.n_filters, x.shape[1])
        covariances = XdawnCovariances(n_filters, estimator="oas", xdawn_estimator="oas").fit(x, train.y)
        projection = Projection(metric="riemann").fit(covariances.transform(x))

        def transform(x: Float[np.ndarray, "n n_channels n_times"]) -> Float[np.ndarray, "n dim"]:
            return np.asarray(projection.transform(covariances.transform(x)))

        return fit_logistic("xdawn", self.linear, train, valid, transform)
