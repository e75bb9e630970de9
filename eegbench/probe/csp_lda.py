"""Common spatial patterns and linear discriminant analysis: the classical decoder of imagined movements."""

import numpy as np
from jaxtyping import Float

from eegbench.config import Size
from eegbench.probe.base import Classifier, Labelled
from eegbench.probe.check import check_classes
from eegbench.probe.windows import WindowsClassifier, WindowsProbe, signals


class CspLda(WindowsProbe):
    """Log powers after spatial filters that separate the classes' covariances, and a linear discriminant analysis.

    Filters are MNE's: covariances of classes with the shrinkage of Chen et al. 2010, joint diagonalisation of more than
    two classes, components in the order of their mutual information with the classes. The discriminant has the
    shrinkage of Ledoit and Wolf 2004, and all classes have equal prior probability. Nothing is chosen on valid. The
    signals of train are in memory in double precision.

    Parameters
    ----------
    n_components
        Number of spatial filters; all channels' if there are fewer.

    References
    ----------
    Blankertz et al. 2008, IEEE Signal Process. Mag. 25(1), doi:10.1109/MSP.2008.4408441. Several classes:
    Grosse-Wentrup and Buss 2008, IEEE Trans. Biomed. Eng. 55(8), doi:10.1109/TBME.2008.921154. Shrinkage: Chen et al.
    2010, doi:10.1109/TSP.2010.2053029; Ledoit and Wolf 2004, doi:10.1016/S0047-259X(03)00096-4.
    """

    def __init__(self, *, n_components: Size) -> None:
        self.n_components = n_components

    def fit(self, train: Labelled, valid: Labelled, rng: np.random.Generator) -> Classifier:  # noqa: ARG002  no choice
        """Fit filters and discriminant on train. See `eegbench.probe.Probe.fit`."""
        from mne import use_log_level  # here, as they take a second to import
        from mne.decoding import CSP
        from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

        check_classes(train.y, train.classes)
        x = np.concatenate(list(signals(train.store, train.rows)))
        patterns = CSP(min(self.n_components, x.shape[1]), reg="oas", log=True)
        with use_log_level("ERROR"):
            patterns.fit(x, train.y)
        there, n_classes = np.unique(train.y), len(train.classes)
        discriminant = LinearDiscriminantAnalysis("lsqr", shrinkage="auto", priors=np.full(len(there), 1 / len(there)))
        discriminant.fit(patterns.transform(x), train.y)

        def decide(features: Float[np.ndarray, "n dim"]) -> Float[np.ndarray, "n n_classes"]:
            found = np.zeros((len(features), n_classes))
            found[:, there] = discriminant.predict_proba(features)
            return found

        return WindowsClassifier(train.store, transform=patterns.transform, decide=decide, facts={})
