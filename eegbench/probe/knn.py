"""Nearest-neighbour probe: votes of the nearest windows of train.

Wu et al. 2018 evaluated learned embeddings in this way: doi:10.1109/CVPR.2018.00393.
"""

from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from eegbench.inference.description import Description
from eegbench.probe.base import Classifier, Labelled, Probe
from eegbench.probe.check import best_on_valid, check_classes, check_finite

Metric = Literal["euclidean", "cosine"]
Weights = Literal["distance", "uniform"]

AT_A_TIME = 2**13
"""Number of windows in a search for neighbours, limited by the memory for distances."""


class Knn(Probe):
    """Votes of the nearest windows of train, among standardised embeddings.

    In case of a tie, the first class is predicted. If several windows of train have the same distance at the edge of
    the neighbourhood, those that scikit-learn returns first are used.

    Parameters
    ----------
    k
        Number of neighbours. From several, the one with the best balanced accuracy on valid is chosen, the larger in
        case of a tie. Numbers above the number of windows of train are left out.
    metric
        Distance between embeddings whose features have mean 0 and standard deviation 1 on train.
    weights
        ``distance``: a vote counts 1 / distance; if there are neighbours at distance 0, only they count.
        ``uniform``: all votes count the same.
    balanced
        Divide each vote by the number of train's windows of its class, so that a rare class is not outvoted by
        its rarity.
    """

    needs: Literal["embeddings", "encoder", "windows"] = "embeddings"

    def __init__(self, *, k: int | tuple[int, ...], metric: Metric, weights: Weights, balanced: bool) -> None:
        self.k = tuple(sorted(k, reverse=True)) if isinstance(k, tuple) else (k,)
        self.metric, self.weights, self.balanced = metric, weights, balanced
        if not self.k or self.k[-1] < 1:
            raise ValueError(f"probe.of.knn.k={k}: expected whole numbers from 1.")

    def fit(self, train: Labelled, valid: Labelled, rng: np.random.Generator) -> Classifier:  # noqa: ARG002  no chance
        """Keep train's embeddings, and choose ``k`` on valid. See `eegbench.probe.Probe.fit`."""
        check_classes(train.y, train.classes)
        of_train, of_valid = train.features, valid.features
        check_finite([("train", of_train), ("valid", of_valid)])
        possible = [k for k in self.k if k <= len(train.y)]
        if not possible:
            raise ValueError(
                f"probe.of.knn.k={list(self.k)}: train has only {len(train.y)} windows; set a smaller number."
            )
        bank, k = _Bank(of_train, train.y, len(train.classes), self), possible[0]
        if len(possible) > 1 and len(valid.y):
            near = bank.nearest(of_valid, k)
            k = best_on_valid(possible, near.probabilities, valid.y)
        return NeighbourClassifier(train, bank, k)


class NeighbourClassifier(Classifier):
    """Classifier by the votes of the nearest embeddings of train.

    Parameters
    ----------
    train
        Windows of train, with the embeddings of all windows to predict.
    bank
        Standardised embeddings of train, with a search for neighbours.
    k
        Number of neighbours.
    """

    def __init__(self, train: Labelled, bank: "_Bank", k: int) -> None:
        self.embeddings, self.bank, self.k, self.facts = train.embeddings, bank, k, {"k": k}

    def probabilities(self, rows: Int[np.ndarray, "n"]) -> Float[np.ndarray, "n n_classes"]:
        """Return the shares of votes of windows by their rows in the store's table."""
        found = np.empty((len(rows), self.bank.votes.shape[1]))
        for first in range(0, len(rows), AT_A_TIME):
            part = slice(first, first + AT_A_TIME)
            features = self.embeddings.at(rows[part])
            check_finite([("the windows to predict", features)])
            found[part] = self.bank.nearest(features, self.k).probabilities(self.k)
        return found

    def network(self, description: Description) -> None:
        """Return None, because votes are not scores of a head."""


class _Bank:
    """Standardised embeddings of train, among which neighbours are found."""

    def __init__(
        self, features: Float[np.ndarray, "n embed_dim"], y: Int[np.ndarray, "n"], n_classes: int, probe: Knn
    ) -> None:
        from sklearn.neighbors import NearestNeighbors  # here, as it takes half a second to import
        from sklearn.preprocessing import StandardScaler

        self.scaler = StandardScaler().fit(features.astype(np.float64))
        self.search = NearestNeighbors(metric=probe.metric).fit(self.scaler.transform(features.astype(np.float64)))
        self.votes = np.eye(n_classes)[y]
        self.weights: Weights = probe.weights
        if probe.balanced:
            self.votes /= np.bincount(y)[y, None]

    def nearest(self, features: Float[np.ndarray, "n embed_dim"], k: int) -> "_Neighbours":
        """Find the nearest windows of train, the nearest first."""
        distance, index = self.search.kneighbors(self.scaler.transform(features.astype(np.float64)), k)
        return _Neighbours(distance, index, self)


class _Neighbours:
    """Neighbours of each window, the nearest first: their distances and their places in the bank (n, k)."""

    def __init__(self, distance: Float[np.ndarray, "n k"], index: Int[np.ndarray, "n k"], bank: _Bank) -> None:
        self.distance, self.index, self.bank = distance, index, bank

    def probabilities(self, k: int) -> Float[np.ndarray, "n n_classes"]:
        """Return each class's share of the votes of the first k neighbours."""
        weight = self._weights(self.distance[:, :k])
        total = np.zeros((len(weight), self.bank.votes.shape[1]))
        for place in range(k):  # one neighbour at a time: all votes at once would need k times the memory
            total += weight[:, place, None] * self.bank.votes[self.index[:, place]]
        return total / total.sum(axis=1, keepdims=True)

    def _weights(self, distance: Float[np.ndarray, "n k"]) -> Float[np.ndarray, "n k"]:
        """Return weights up to a factor: 1 for the nearest neighbour."""
        if self.bank.weights == "uniform":
            return np.ones_like(distance)
        return np.divide(distance[:, :1], distance, out=np.ones_like(distance), where=distance > 0)
