"""A classifier of embeddings that is not a linear layer, so that no network with a head can be saved."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

from eegbench.inference.description import Description
from eegbench.inference.embedding import Embeddings
from eegbench.probe.base import Classifier, Facts
from eegbench.probe.check import check_finite

Predict = Callable[[Float[np.ndarray, "n embed_dim"]], Float[np.ndarray, "n n_classes"]]


class EmbeddingClassifier(Classifier):
    """Class probabilities as a function of embeddings.

    Parameters
    ----------
    embeddings
        Embeddings of all windows to predict.
    predict
        Function from embeddings to class probabilities.
    facts
        Selected options and cost of the fit.
    """

    def __init__(self, embeddings: Embeddings, *, predict: Predict, facts: Facts) -> None:
        self.embeddings, self.predict, self.facts = embeddings, predict, facts

    def probabilities(self, rows: Int[np.ndarray, "n"]) -> Float[np.ndarray, "n n_classes"]:
        """Return class probabilities of windows by their rows in the store's table."""
        features = self.embeddings.at(rows)
        check_finite([("the windows to predict", features)])
        return self.predict(features)

    def network(self, description: Description) -> None:
        """Return None, because the classifier is not a linear layer."""
