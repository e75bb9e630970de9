"""Random forest: the classifier of hand-made features in Banville et al. 2021 (doi:10.1088/1741-2552/abca18)."""

from typing import Literal

import numpy as np
from jaxtyping import Float

from eegbench.config import Size
from eegbench.environment import n_threads
from eegbench.probe.base import Classifier, Labelled, Probe
from eegbench.probe.check import check_classes, check_finite
from eegbench.probe.embedding_classifier import EmbeddingClassifier


class RandomForest(Probe):
    """Mean of the class probabilities of randomised decision trees (Breiman 2001), as in scikit-learn.

    Nothing is chosen on valid. Trees do not depend on the scale of features, so features are not standardised.

    Parameters
    ----------
    n_trees
        Number of trees.
    max_depth
        Greatest number of splits from the root to a leaf; None for no limit.
    max_features
        Number of features that are tried at a split, of n: √n or log₂ n.
    class_balanced
        Weight windows so that all classes have equal weight in train.

    References
    ----------
    Breiman 2001, Machine Learning 45, doi:10.1023/A:1010933404324.
    """

    needs: Literal["embeddings", "encoder", "windows"] = "embeddings"

    def __init__(
        self, *, n_trees: Size, max_depth: Size | None, max_features: Literal["sqrt", "log2"], class_balanced: bool
    ) -> None:
        self.n_trees, self.max_depth = n_trees, max_depth
        self.max_features, self.class_balanced = max_features, class_balanced

    def fit(self, train: Labelled, valid: Labelled, rng: np.random.Generator) -> Classifier:  # noqa: ARG002  no choice
        """Grow the trees on train. See `eegbench.probe.Probe.fit`."""
        from sklearn.ensemble import RandomForestClassifier  # here, as it takes half a second to import

        check_classes(train.y, train.classes)
        features = train.features
        check_finite([("train", features)])
        forest = RandomForestClassifier(
            self.n_trees,
            max_depth=self.max_depth,
            max_features=self.max_features,
            class_weight="balanced" if self.class_balanced else None,
            random_state=int(rng.integers(2**31)),
            n_jobs=n_threads(),
        ).fit(features, train.y)
        forest.set_params(n_jobs=1)  # with several threads, the order in which trees are added would vary
        n_classes = len(train.classes)

        def predict(features: Float[np.ndarray, "n dim"]) -> Float[np.ndarray, "n n_classes"]:
            found = np.zeros((len(features), n_classes))
            if len(features):
                found[:, forest.classes_] = forest.predict_proba(features)
            return found

        depths = [tree.get_depth() for tree in forest.estimators_]
        facts = {"mean_depth": round(float(np.mean(depths)), 1)}
        return EmbeddingClassifier(train.embeddings, predict=predict, facts=facts)
